using System.Globalization;
using ControlPlane.Cel;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Schemas.Structural;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>The types that expressions see in a schema (apiserver: pkg/cel/common/schemas.go): objects have their declared fields, maps and lists are those of the language.</summary>
internal sealed class SchemaTypes : ICelTypeProvider
{
    private const string ObjectName = "selfType";

    private readonly Dictionary<string, Fields> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<StructuralSchema, CelType> _types = new(ReferenceEqualityComparer.Instance);

    /// <summary>The types of a schema.</summary>
    /// <param name="root">The schema.</param>
    /// <param name="isObject">Does it describe whole objects, which have apiVersion, kind and metadata whatever it says?</param>
    public SchemaTypes(StructuralSchema root, bool isObject) => Root = TypeOf(root, isObject);

    /// <summary>The type of what the whole schema describes.</summary>
    public CelType Root { get; }

    /// <summary>The type of what a schema below describes.</summary>
    public CelType TypeOf(StructuralSchema schema) => TypeOf(schema, schema.IsEmbeddedResource);

    /// <summary>The fields of an object type, by their names in expressions.</summary>
    public Fields? FieldsOf(CelType type) => _objects.GetValueOrDefault(type.Name);

    /// <inheritdoc/>
    public CelType? FindType(string name) => _objects.ContainsKey(name) ? CelType.Object(name) : null;

    /// <inheritdoc/>
    public CelType? FindField(CelType type, string field) => FieldsOf(type)?.ByName.GetValueOrDefault(field).Type;

    /// <inheritdoc/>
    public CelValue Create(CelType type, IReadOnlyDictionary<string, CelValue> fields) => CelValue.Error($"{type} cannot be made");

    private CelType TypeOf(StructuralSchema schema, bool isObject)
    {
        if (_types.TryGetValue(schema, out var known))
            return known;
        var type = schema switch
        {
            { IsIntOrString: true } => CelType.Dyn,
            { Type: "array", Items: { } items } => CelType.List(TypeOf(items)),
            { Type: "object", AdditionalProperties: { } values } => CelType.Map(CelType.String, TypeOf(values)),
            { Type: "object" } => ObjectOf(schema, isObject),
            { Type: "string", Format: "byte" } => CelType.Bytes,
            { Type: "string", Format: "duration" } => CelType.Duration,
            { Type: "string", Format: "date" or "date-time" } => CelType.Timestamp,
            { Type: "string" } => CelType.String,
            { Type: "boolean" } => CelType.Bool,
            { Type: "integer" } => CelType.Int,
            { Type: "number" } => CelType.Double,
            _ => CelType.Dyn,
        };
        return _types[schema] = type;
    }

    private CelType ObjectOf(StructuralSchema schema, bool isObject)
    {
        var name = ObjectName + (_objects.Count == 0 ? "" : _objects.Count.ToString(CultureInfo.InvariantCulture));
        var fields = new Fields();
        _objects.Add(name, fields);
        if (isObject)
        {
            fields.Add("apiVersion", TextSchema, CelType.String);
            fields.Add("kind", TextSchema, CelType.String);
            fields.Add("metadata", MetadataSchema, TypeOf(MetadataSchema));
        }

        foreach (var (property, below) in schema.Properties)
        {
            if (!isObject || property is not ("apiVersion" or "kind" or "metadata"))
                fields.Add(property, below, TypeOf(below));
        }

        return CelType.Object(name);
    }

    private static StructuralSchema TextSchema { get; } = SchemaReader.Read(Text("""{"type":"string"}"""));

    // Of an object's metadata, rules may look at its name alone.
    private static StructuralSchema MetadataSchema { get; } =
        SchemaReader.Read(Text("""{"type":"object","properties":{"name":{"type":"string"},"generateName":{"type":"string"}}}"""));

    private static Trees.TreeObject Text(string json) => Trees.TreeReader.ReadObject(System.Text.Encoding.UTF8.GetBytes(json));

    /// <summary>The fields of one object type.</summary>
    public sealed class Fields
    {
        /// <summary>By the name that expressions use: the name in JSON, the schema and the type.</summary>
        public Dictionary<string, (string Property, StructuralSchema Schema, CelType Type)> ByName { get; } = new(StringComparer.Ordinal);

        internal void Add(string property, StructuralSchema schema, CelType type)
        {
            if (FieldNames.Escape(property) is { } name)
                ByName[name] = (property, schema, type);
        }
    }
}
