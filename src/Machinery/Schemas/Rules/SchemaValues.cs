using System.Globalization;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>Values of custom resources as expressions see them; nothing is converted before it is looked at (apiserver: pkg/cel/common/values.go).</summary>
internal sealed class SchemaValues(SchemaTypes types)
{
    /// <summary>A value of the type that a schema describes.</summary>
    public CelValue Of(TreeValue value, StructuralSchema schema) => (value, schema) switch
    {
        (TreeNull, _) => CelValue.Null,
        (_, { IsIntOrString: true }) => Untyped(value),
        (TreeObject members, { Type: "object", AdditionalProperties: { } values }) => CelValue.Of(new Map(this, members, values)),
        (TreeObject members, { Type: "object" }) => CelValue.Of(new Object(this, members, types.TypeOf(schema))),
        (TreeList items, { Type: "array", Items: { } item }) => CelValue.Of(new List(this, items, item)),
        (TreeString text, { Type: "string" }) => Text(text.Value, schema.Format),
        (TreeInteger integer, { Type: "number" }) => CelValue.Of((double)integer.Value),
        (TreeNumber number, { Type: "integer" }) => CelValue.Of((long)number.Value),
        _ => Untyped(value),
    };

    private static CelValue Text(string text, string format)
    {
        switch (format)
        {
            case "byte":
                var bytes = new byte[text.Length];
                return Convert.TryFromBase64String(text, bytes, out var length) ? CelValue.Of(bytes[..length]) : CelValue.Error($"failed to decode base64 string {text}");
            case "date-time":
                return CelTimestamp.TryParse(text, out var time) ? CelValue.Of(time) : CelValue.Error($"Invalid date formatted string {text}");
            case "date":
                return DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
                    ? CelValue.Of(CelTimestamp.FromUtc(date))
                    : CelValue.Error($"Invalid date formatted string {text}");
            case "duration":
                return CelDuration.TryParse(text, out var nanoseconds) ? CelValue.DurationOf(nanoseconds) : CelValue.Error($"Invalid duration formatted string {text}");
            default:
                return CelValue.Of(text);
        }
    }

    private CelValue Untyped(TreeValue value) => value switch
    {
        TreeBoolean truth => CelValue.Of(truth.Value),
        TreeInteger integer => CelValue.Of(integer.Value),
        TreeNumber number => CelValue.Of(number.Value),
        TreeString text => CelValue.Of(text.Value),
        TreeList items => CelValue.Of(new List(this, items, null)),
        TreeObject members => CelValue.Of(new Map(this, members, null)),
        _ => CelValue.Null,
    };

    private CelValue OfOrUntyped(TreeValue value, StructuralSchema? schema) => schema is null ? Untyped(value) : Of(value, schema);

    private sealed class Object(SchemaValues values, TreeObject members, CelType type) : ICelObject
    {
        private readonly TreeObject _members = members;

        public CelType Type => type;

        public bool TryGetField(string name, out CelValue value)
        {
            value = default;
            if (values.Types.FieldsOf(type)?.ByName.TryGetValue(name, out var field) is not true || _members[field.Property] is not { } there)
                return false;
            value = values.Of(there, field.Schema);
            return true;
        }

        public bool ValueEquals(ICelObject other) => other is Object that && _members.Equals(that._members);
    }

    private sealed class Map(SchemaValues values, TreeObject members, StructuralSchema? schema) : ICelMap
    {
        public int Count => members.Count;

        public IEnumerable<CelValue> Keys => members.Select(member => CelValue.Of(member.Name));

        public bool TryGet(in CelValue key, out CelValue value)
        {
            value = default;
            if (key.Kind != CelKind.String || members[key.AsString] is not { } there)
                return false;
            value = values.OfOrUntyped(there, schema);
            return true;
        }
    }

    private sealed class List(SchemaValues values, TreeList items, StructuralSchema? schema) : ICelList
    {
        public int Count => items.Count;

        public CelValue this[int index] => values.OfOrUntyped(items[index], schema);
    }

    private SchemaTypes Types => types;
}
