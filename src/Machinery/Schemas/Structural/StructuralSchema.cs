using System.Collections.Immutable;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>
/// A node of the schema of a custom resource: what <see cref="TypeDescriptor"/> says of a value's shape, and besides the conditions that the value must meet.
/// Read from the JSON of an OpenAPI v3 schema (apiextensions' JSONSchemaProps), of which it leaves out nothing that counts.
/// </summary>
public sealed class StructuralSchema
{
    private TypeDescriptor? _descriptor;

    /// <summary>The JSON that this node was read from.</summary>
    public required TreeObject Source { get; init; }

    /// <summary>object, array, string, integer, number, boolean; "" where nothing is said.</summary>
    public string Type { get; init; } = "";

    /// <summary>"date-time", "int32", ...; "" where nothing is said.</summary>
    public string Format { get; init; } = "";

    /// <summary>The value that an absent field gets; null for none.</summary>
    public TreeValue? Default { get; init; }

    /// <summary>May be null.</summary>
    public bool IsNullable { get; init; }

    /// <summary>x-kubernetes-int-or-string</summary>
    public bool IsIntOrString { get; init; }

    /// <summary>x-kubernetes-preserve-unknown-fields</summary>
    public bool PreservesUnknownFields { get; init; }

    /// <summary>x-kubernetes-embedded-resource</summary>
    public bool IsEmbeddedResource { get; init; }

    /// <summary>x-kubernetes-list-type; "" where nothing is said.</summary>
    public string ListType { get; init; } = "";

    /// <summary>x-kubernetes-list-map-keys</summary>
    public ImmutableArray<string> ListMapKeys { get; init; } = [];

    /// <summary>x-kubernetes-map-type; "" where nothing is said.</summary>
    public string MapType { get; init; } = "";

    /// <summary>The members that are known by name, in the order of names.</summary>
    public ImmutableSortedDictionary<string, StructuralSchema> Properties { get; init; } = NoProperties;

    /// <summary>What stands behind any other name; null where nothing is said, or only whether there may be others.</summary>
    public StructuralSchema? AdditionalProperties { get; init; }

    /// <summary>Does it say something of additional properties?</summary>
    public bool HasAdditionalProperties { get; init; }

    /// <summary>What stands at each index of a list.</summary>
    public StructuralSchema? Items { get; init; }

    /// <summary>Members that must be there.</summary>
    public ImmutableArray<string> Required { get; init; } = [];

    /// <summary>The values that are allowed; default for any.</summary>
    public ImmutableArray<TreeValue> Enum { get; init; } = [];

    /// <summary>The conditions that are numbers.</summary>
    public required SchemaBounds Bounds { get; init; }

    /// <summary>A regular expression of RE2 that a string must contain a match of; "" for none.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>Every one of these must hold.</summary>
    public ImmutableArray<StructuralSchema> AllOf { get; init; } = [];

    /// <summary>At least one of these must hold.</summary>
    public ImmutableArray<StructuralSchema> AnyOf { get; init; } = [];

    /// <summary>Exactly one of these must hold.</summary>
    public ImmutableArray<StructuralSchema> OneOf { get; init; } = [];

    /// <summary>This must not hold.</summary>
    public StructuralSchema? Not { get; init; }

    /// <summary>x-kubernetes-validations</summary>
    public ImmutableArray<ValidationRuleText> Rules { get; init; } = [];

    /// <summary>The shape alone, for pruning, defaulting, patches and server-side apply.</summary>
    public TypeDescriptor Descriptor => _descriptor ??= SchemaDescriptors.Of(this);

    internal static ImmutableSortedDictionary<string, StructuralSchema> NoProperties { get; } =
        ImmutableSortedDictionary.Create<string, StructuralSchema>(StringComparer.Ordinal);
}

/// <summary>The conditions of a schema that are numbers; null for none.</summary>
public sealed record SchemaBounds
{
    /// <summary>No conditions.</summary>
    public static SchemaBounds None { get; } = new();

    /// <summary>The largest number.</summary>
    public double? Maximum { get; init; }

    /// <summary>Is the largest number itself too large?</summary>
    public bool IsMaximumExclusive { get; init; }

    /// <summary>The smallest number.</summary>
    public double? Minimum { get; init; }

    /// <summary>Is the smallest number itself too small?</summary>
    public bool IsMinimumExclusive { get; init; }

    /// <summary>Numbers must be a multiple of it.</summary>
    public double? MultipleOf { get; init; }

    /// <summary>The most characters of a string.</summary>
    public long? MaxLength { get; init; }

    /// <summary>The fewest characters of a string.</summary>
    public long? MinLength { get; init; }

    /// <summary>The most items of a list.</summary>
    public long? MaxItems { get; init; }

    /// <summary>The fewest items of a list.</summary>
    public long? MinItems { get; init; }

    /// <summary>The most members of an object.</summary>
    public long? MaxProperties { get; init; }

    /// <summary>The fewest members of an object.</summary>
    public long? MinProperties { get; init; }

    /// <summary>No item of a list may stand twice.</summary>
    public bool IsUnique { get; init; }
}

/// <summary>A rule in the expression language, as it was written (apiextensions' ValidationRule).</summary>
/// <param name="Rule">The condition.</param>
/// <param name="Message">What is told when it does not hold; "" for the rule itself.</param>
/// <param name="MessageExpression">Computes that text; "" for none.</param>
/// <param name="Reason">FieldValueInvalid, FieldValueForbidden, FieldValueRequired, FieldValueDuplicate; "" for the first.</param>
/// <param name="FieldPath">The field below this one that is to blame: ".spec.x"; "" for this one.</param>
/// <param name="IsOldSelfOptional">Is the rule evaluated where there is no old value, oldSelf being an optional?</param>
public sealed record ValidationRuleText(string Rule, string Message, string MessageExpression, string Reason, string FieldPath, bool? IsOldSelfOptional);
