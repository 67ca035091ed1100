using System.Globalization;
using System.Text;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>Conversions between the basic types, <c>type()</c> and <c>dyn()</c>. What does not fit is a failure, never cut off.</summary>
internal static class Conversions
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Declare(CelDeclarations declare)
    {
        var any = CelType.Parameter("A");
        declare.Function("type", "type", [any], CelType.Type(any), arguments => CelValue.Of(arguments[0].Type));
        declare.Function("dyn", "to_dyn", [any], CelType.Dyn, arguments => arguments[0]);
        foreach (var from in new[] { CelType.Int, CelType.Uint, CelType.Double, CelType.String })
        {
            declare.Function("int", $"{from}_to_int64", [from], CelType.Int, arguments => ToInt(arguments[0]));
            declare.Function("uint", $"{from}_to_uint64", [from], CelType.Uint, arguments => ToUint(arguments[0]));
            declare.Function("double", $"{from}_to_double", [from], CelType.Double, arguments => ToDouble(arguments[0]));
        }
        declare.Function("int", "timestamp_to_int64", [CelType.Timestamp], CelType.Int, arguments => CelValue.Of(arguments[0].AsTimestamp.Seconds));
        declare.Function("int", "duration_to_int64", [CelType.Duration], CelType.Int, arguments => CelValue.Of(arguments[0].AsNanoseconds));
        declare.Function("bool", "bool_to_bool", [CelType.Bool], CelType.Bool, arguments => arguments[0]);
        declare.Function("bool", "string_to_bool", [CelType.String], CelType.Bool, arguments => ToBool(arguments[0].AsString));
        foreach (var from in new[]
                 {
                     CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration,
                 })
            declare.Function("string", $"{from}_to_string", [from], CelType.String, arguments => ToText(arguments[0]));
        declare.Function("bytes", "bytes_to_bytes", [CelType.Bytes], CelType.Bytes, arguments => arguments[0]);
        declare.Function(
            "bytes", "string_to_bytes", [CelType.String], CelType.Bytes, arguments => CelValue.Of(Encoding.UTF8.GetBytes(arguments[0].AsString)));
    }

    public static CelValue ToText(in CelValue value) => value.Kind switch
    {
        CelKind.String => value,
        CelKind.Bool => CelValue.Of(value.AsBool ? "true" : "false"),
        CelKind.Int => CelValue.Of(value.AsInt.ToString(CultureInfo.InvariantCulture)),
        CelKind.Uint => CelValue.Of(value.AsUint.ToString(CultureInfo.InvariantCulture)),
        CelKind.Double => CelValue.Of(DoubleText.Shortest(value.AsDouble)),
        CelKind.Timestamp => CelValue.Of(value.AsTimestamp.ToString()),
        CelKind.Duration => CelValue.Of(TimeFunctions.DurationText(value.AsNanoseconds)),
        CelKind.Bytes => FromUtf8(value.AsBytes.Span),
        _ => CelValue.Error(CelError.NoSuchOverload),
    };

    private static CelValue FromUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return CelValue.Of(StrictUtf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return CelValue.Error("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    private static CelValue ToInt(in CelValue value) => value.Kind switch
    {
        CelKind.Int => value,
        CelKind.Uint => value.AsUint <= long.MaxValue ? CelValue.Of((long)value.AsUint) : CelValue.Error(CelError.Overflow),
        // The ends are excluded as in cel-go: they round to numbers that an int cannot hold.
        CelKind.Double => value.AsDouble is > -9223372036854775808.0 and < 9223372036854775808.0
            ? CelValue.Of((long)value.AsDouble)
            : CelValue.Error(CelError.Overflow),
        _ => long.TryParse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? CelValue.Of(number)
            : CannotConvert(value, "int"),
    };

    private static CelValue ToUint(in CelValue value) => value.Kind switch
    {
        CelKind.Uint => value,
        CelKind.Int => value.AsInt >= 0 ? CelValue.Of((ulong)value.AsInt) : CelValue.Error(CelError.UnsignedOverflow),
        CelKind.Double => value.AsDouble is >= 0 and < 18446744073709551616.0
            ? CelValue.Of((ulong)value.AsDouble)
            : CelValue.Error(CelError.UnsignedOverflow),
        _ => ulong.TryParse(value.AsString, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? CelValue.Of(number)
            : CannotConvert(value, "uint"),
    };

    private static CelValue ToDouble(in CelValue value) => value.Kind switch
    {
        CelKind.Double => value,
        CelKind.Int => CelValue.Of((double)value.AsInt),
        CelKind.Uint => CelValue.Of((double)value.AsUint),
        _ => DoubleText.TryParse(value.AsString, out var number) ? CelValue.Of(number) : CannotConvert(value, "double"),
    };

    private static CelValue ToBool(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValue.True,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValue.False,
        _ => CelValue.Error($"type conversion error from 'string' to 'bool': {text}"),
    };

    private static CelValue CannotConvert(in CelValue value, string to) =>
        CelValue.Error($"type conversion error from 'string' to '{to}': {value.AsString}");
}
