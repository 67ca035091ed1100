using System.Globalization;
using System.Text;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Tests.Conformance;

/// <summary>Values and types as the conformance data write them.</summary>
internal static class ConformanceValues
{
    public static CelValue Value(TextProto message)
    {
        var (name, value) = message.Single();
        return name switch
        {
            "null_value" => CelValue.Null,
            "bool_value" => CelValue.Of((string)value == "true"),
            "int64_value" => CelValue.Of(Integer((string)value)),
            "uint64_value" => CelValue.Of(Unsigned((string)value)),
            "double_value" => CelValue.Of(Double((string)value)),
            "string_value" => CelValue.Of(Encoding.UTF8.GetString((byte[])value)),
            "bytes_value" => CelValue.Of((byte[])value),
            "list_value" => CelValue.ListOf([.. ((TextProto)value).Messages("values").Select(Value)]),
            "map_value" => CelValue.Of(new CelMap(((TextProto)value).Messages("entries")
                .ToDictionary(entry => Value(entry.Message("key")!), entry => Value(entry.Message("value")!)))),
            "type_value" => CelValue.Of(NamedType(Encoding.UTF8.GetString((byte[])value))),
            "object_value" => WellKnown((TextProto)value),
            _ => throw new FormatException(name),
        };
    }

    public static CelType Type(TextProto message)
    {
        var (name, value) = message.Single();
        return name switch
        {
            "primitive" => Primitive((string)value),
            "well_known" => (string)value == "TIMESTAMP" ? CelType.Timestamp : (string)value == "DURATION" ? CelType.Duration : CelType.Dyn,
            "null" => CelType.Null,
            "dyn" => CelType.Dyn,
            "list_type" => CelType.List(Type(((TextProto)value).Message("elem_type")!)),
            "map_type" => CelType.Map(Type(((TextProto)value).Message("key_type")!), Type(((TextProto)value).Message("value_type")!)),
            "type_param" => CelType.Parameter(message.Text("type_param")),
            "type" => CelType.Type(Type((TextProto)value)),
            "message_type" => NamedType(message.Text("message_type")),
            "abstract_type" => Abstract((TextProto)value),
            _ => throw new FormatException(name),
        };
    }

    /// <summary>Exactly the same: kinds too, and NaN is NaN.</summary>
    public static bool Same(CelValue actual, CelValue wanted)
    {
        if (actual.Kind != wanted.Kind)
            return false;
        return actual.Kind switch
        {
            CelKind.Double => actual.AsDouble.Equals(wanted.AsDouble),
            CelKind.List => actual.AsList.Count == wanted.AsList.Count
                            && Enumerable.Range(0, actual.AsList.Count).All(i => Same(actual.AsList[i], wanted.AsList[i])),
            CelKind.Map => actual.AsMap.Count == wanted.AsMap.Count && wanted.AsMap.Keys.All(key =>
                wanted.AsMap.TryGet(key, out var one) && actual.AsMap.TryGet(key, out var other) && Same(other, one)),
            _ => actual == wanted,
        };
    }

    private static CelValue WellKnown(TextProto any)
    {
        var (name, value) = any.Single();
        var message = (TextProto)value;
        var seconds = long.Parse("0" + message.Text("seconds").TrimStart('-'), CultureInfo.InvariantCulture) * (message.Text("seconds").StartsWith('-') ? -1 : 1);
        var nanoseconds = message.Has("nanos") ? int.Parse(message.Text("nanos"), CultureInfo.InvariantCulture) : 0;
        return name.Contains("Timestamp") ? CelValue.Of(new CelTimestamp(seconds, nanoseconds)) : CelValue.DurationOf(seconds * 1_000_000_000 + nanoseconds);
    }

    private static CelType Abstract(TextProto type)
    {
        var parameters = type.Messages("parameter_types").Select(Type).ToArray();
        return type.Text("name") == "optional_type" ? CelType.Optional(parameters[0]) : CelType.Opaque(type.Text("name"), [.. parameters]);
    }

    private static CelType Primitive(string name) => name switch
    {
        "BOOL" => CelType.Bool,
        "INT64" => CelType.Int,
        "UINT64" => CelType.Uint,
        "DOUBLE" => CelType.Double,
        "STRING" => CelType.String,
        _ => CelType.Bytes,
    };

    private static CelType NamedType(string name) =>
        new[]
        {
            CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Null, CelType.ListOfDyn, CelType.MapOfDyn,
            CelType.TypeOfDyn, CelType.Timestamp, CelType.Duration, CelType.OptionalOfDyn,
        }.FirstOrDefault(type => type.Name == name) ?? CelType.Object(name);

    private static long Integer(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : long.Parse(text, CultureInfo.InvariantCulture);

    private static ulong Unsigned(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : ulong.Parse(text, CultureInfo.InvariantCulture);

    private static double Double(string text) => text.ToLowerInvariant() switch
    {
        "inf" or "infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        "nan" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
