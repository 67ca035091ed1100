using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ControlPlane.Machinery.Schemas;

/// <summary>
/// What one value looks like: the one description that decoding, pruning, defaulting, patches, server-side apply, validation and OpenAPI work from.
/// The generator makes them from <c>api-schemas/</c> for the built-in kinds; a CRD's structural schema becomes one at run time.
/// </summary>
/// <remarks>
/// Descriptors are immutable and compared by reference. They may be recursive (JSONSchemaProps), so fields refer to their types lazily;
/// walks over a descriptor are bounded by the value that is walked, never by the descriptor.
/// </remarks>
public sealed class TypeDescriptor
{
    /// <summary>Any JSON value, fields unknown and kept.</summary>
    public static TypeDescriptor Untyped { get; } = new() { Shape = ValueShape.Untyped };

    /// <summary>The OpenAPI name ("io.k8s.api.core.v1.PodSpec"); null for a type that has none of its own.</summary>
    public string? Name { get; init; }

    /// <summary>Writes the OpenAPI schema that is published of it, where that was given rather than derived from this descriptor (custom resources); null elsewhere.</summary>
    public Func<string>? Published { get; init; }

    /// <summary>Which of the shapes below it has.</summary>
    public required ValueShape Shape { get; init; }

    /// <summary>For scalars: OpenAPI's type and format.</summary>
    public ScalarType Scalar { get; init; }

    /// <summary>OpenAPI's format ("int32", "date-time", "byte", ...), as published.</summary>
    public string? Format { get; init; }

    /// <summary>The values that OpenAPI lists for a string; empty where it lists none. Documentation for built-in kinds (their validation is code).</summary>
    public ImmutableArray<string> Enum { get; init; } = [];

    /// <summary>For structs: the fields by JSON name.</summary>
    public FieldTable Fields { get; init; } = FieldTable.Empty;

    /// <summary>For maps: what stands behind each key.</summary>
    public TypeDescriptor? Values { get; init; }

    /// <summary>For lists: what stands at each index.</summary>
    public TypeDescriptor? Items { get; init; }

    /// <summary>For lists: atomic, set or map (x-kubernetes-list-type); atomic where nothing is said.</summary>
    public ListTopology Topology { get; init; }

    /// <summary>For lists of topology map: the fields that name an item, in the published order (x-kubernetes-list-map-keys).</summary>
    public ImmutableArray<string> MapKeys { get; init; } = [];

    /// <summary>For structs and maps: replaced as a whole by server-side apply (x-kubernetes-map-type: atomic).</summary>
    public bool IsAtomic { get; init; }

    /// <summary>For lists and structs under strategic merge patch (x-kubernetes-patch-strategy).</summary>
    public PatchStrategies PatchStrategy { get; init; }

    /// <summary>For lists under strategic merge patch: the one field that names an item (x-kubernetes-patch-merge-key).</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Unknown fields are kept rather than pruned (x-kubernetes-preserve-unknown-fields; RawExtension; JSON).</summary>
    public bool PreservesUnknownFields { get; init; }

    /// <summary>The value is a whole object with apiVersion, kind and metadata (x-kubernetes-embedded-resource).</summary>
    public bool IsEmbeddedResource { get; init; }

    /// <summary>May be null in JSON.</summary>
    public bool IsNullable { get; init; }

    /// <summary>The published default as JSON text (OpenAPI, server-side apply keys, CRD defaulting); null where there is none.</summary>
    public string? Default { get; init; }
}

/// <summary>The shapes that a value can have.</summary>
public enum ValueShape
{
    /// <summary>One of <see cref="ScalarType"/>.</summary>
    Scalar,

    /// <summary>Named fields.</summary>
    Struct,

    /// <summary>Any keys, one type of value.</summary>
    Map,

    /// <summary>A list.</summary>
    List,

    /// <summary>Anything.</summary>
    Untyped,
}

/// <summary>Scalars as the wire forms tell them apart.</summary>
public enum ScalarType
{
    /// <summary>A string.</summary>
    String,

    /// <summary>An integer; the format gives its width.</summary>
    Integer,

    /// <summary>A floating point number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Bytes, in JSON as base64.</summary>
    Bytes,

    /// <summary>An integer or a string.</summary>
    IntOrString,

    /// <summary>A number or a string in quantity form; compared by value.</summary>
    Quantity,

    /// <summary>A time with seconds (metav1.Time) or microseconds (metav1.MicroTime; format "micro-time" inside, "date-time" published).</summary>
    Time,

    /// <summary>Go's duration form, "1h2m".</summary>
    Duration,
}

/// <summary>x-kubernetes-list-type.</summary>
public enum ListTopology
{
    /// <summary>Owned and replaced as a whole.</summary>
    Atomic,

    /// <summary>Scalars, each owned for itself.</summary>
    Set,

    /// <summary>Items named by their keys, each merged for itself.</summary>
    Map,
}

/// <summary>x-kubernetes-patch-strategy.</summary>
[Flags]
public enum PatchStrategies
{
    /// <summary>Lists are replaced, structs merged.</summary>
    None = 0,

    /// <summary>Lists are merged by key, or as sets.</summary>
    Merge = 1,

    /// <summary>Structs are replaced.</summary>
    Replace = 2,

    /// <summary>Fields that the patch does not name under $retainKeys are removed.</summary>
    RetainKeys = 4,
}

/// <summary>One field of a struct.</summary>
public sealed class FieldDescriptor
{
    private readonly Func<TypeDescriptor> _type;
    private TypeDescriptor? _resolved;

    /// <summary>A field whose type is looked up when first needed.</summary>
    public FieldDescriptor(string name, Func<TypeDescriptor> type)
    {
        Name = name;
        _type = type;
    }

    /// <summary>A field of a known type.</summary>
    public FieldDescriptor(string name, TypeDescriptor type)
        : this(name, () => type) => _resolved = type;

    /// <summary>The JSON name.</summary>
    public string Name { get; }

    /// <summary>What stands there.</summary>
    public TypeDescriptor Type => _resolved ??= _type();

    /// <summary>Listed under OpenAPI's "required".</summary>
    public bool IsRequired { get; init; }

    /// <summary>The published default of this position as JSON text; null where there is none.</summary>
    public string? Default { get; init; }

    /// <summary>Left out of JSON when false, 0, "", nil or empty (Go's omitempty; never a struct).</summary>
    public bool OmitsEmpty { get; init; }

    /// <summary>A pointer: absent and zero differ.</summary>
    public bool IsPointer { get; init; }

    /// <summary>Written as null when nil.</summary>
    public bool IsNullWhenAbsent { get; init; }

    /// <summary>The protobuf field number; 0 where the field lives in an inline message (<see cref="InlineMessage"/>) or has no protobuf form.</summary>
    public int ProtobufNumber { get; init; }

    /// <summary>The OpenAPI name of the message that carries this field in protobuf, where it is not the struct's own.</summary>
    public string? InlineMessage { get; init; }
}

/// <summary>The fields of a struct, found by name and listed by name.</summary>
public sealed class FieldTable(ImmutableArray<FieldDescriptor> fields)
{
    private FrozenDictionary<string, FieldDescriptor>? _byName;

    /// <summary>No fields.</summary>
    public static FieldTable Empty { get; } = new([]);

    /// <summary>All of them, in the order of the schema.</summary>
    public ImmutableArray<FieldDescriptor> All { get; } = fields;

    /// <summary>How many there are.</summary>
    public int Count => All.Length;

    /// <summary>The field of that JSON name, or null.</summary>
    public FieldDescriptor? Find(string name) =>
        (_byName ??= All.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal)).GetValueOrDefault(name);
}
