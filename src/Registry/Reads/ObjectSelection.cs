using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Selectors;
using ControlPlane.Registry.Cache;

namespace ControlPlane.Registry.Reads;

/// <summary>Which objects a list, a watch or a deletion of many is about: a condition on labels and conditions on fields.</summary>
public sealed class ObjectSelection
{
    private readonly LabelSelector _labels;
    private readonly ImmutableArray<FieldCondition> _fields;

    private ObjectSelection(LabelSelector labels, ImmutableArray<FieldCondition> fields) => (_labels, _fields) = (labels, fields);

    /// <summary>All objects.</summary>
    public static ObjectSelection All { get; } = new(LabelSelector.Everything, []);

    /// <summary>What a query's labelSelector and fieldSelector say.</summary>
    /// <exception cref="ApiException">400: one does not parse, or names a field that the resource cannot be selected by.</exception>
    public static ObjectSelection Parse(ResourceDefinition definition, string labelSelector, string fieldSelector)
    {
        var (labels, fields) = Parse(labelSelector, fieldSelector);
        return Of(definition, labels, fields);
    }

    /// <summary>The selectors of a query, whatever the resource.</summary>
    /// <exception cref="ApiException">400: one does not parse.</exception>
    public static (LabelSelector Labels, FieldSelector Fields) Parse(string labelSelector, string fieldSelector)
    {
        try
        {
            return (LabelSelector.Parse(labelSelector), FieldSelector.Parse(fieldSelector));
        }
        catch (SelectorException malformed)
        {
            throw ApiError.BadRequest(malformed.Message);
        }
    }

    /// <summary>What two selectors say together.</summary>
    /// <exception cref="ApiException">400: a field that the resource cannot be selected by.</exception>
    public static ObjectSelection Of(ResourceDefinition definition, LabelSelector labels, FieldSelector fields) => labels.IsEverything && fields.IsEverything
        ? All
        : new ObjectSelection(labels, [.. fields.Requirements.Select(required => new FieldCondition(FieldOf(definition, required.Field), required.Value, !required.IsEqual))]);

    /// <summary>Does it leave nothing out?</summary>
    public bool IsEverything => _labels.IsEverything && _fields.IsEmpty;

    /// <summary>Is it one of them?</summary>
    public bool Selects(StoredObject one)
    {
        foreach (var field in _fields)
        {
            if (!field.Holds(one))
                return false;
        }

        return _labels.IsEverything || _labels.Matches(one.Labels);
    }

    /// <summary>Where the objects can stand that a read of this namespace ("" for all) may give: its selectors can say less than all.</summary>
    internal ReadScope ScopeIn(string @namespace, bool isNamespaced)
    {
        var within = @namespace.Length == 0 && isNamespaced ? ValueOf(FieldCondition.Namespace) ?? "" : @namespace;
        var prefix = within.Length == 0 ? "" : within + "/";
        return new ReadScope(within, prefix, ValueOf(FieldCondition.Name) is { } name && (within.Length > 0 || !isNamespaced) ? prefix + name : null);
    }

    /// <summary>The first of the kind's own fields that must have a value; null where there is none.</summary>
    internal FieldCondition? Exact
    {
        get
        {
            foreach (var condition in _fields)
            {
                if (condition is { Field: >= 0, IsNegated: false })
                    return condition;
            }

            return null;
        }
    }

    internal WatchInterest InterestIn(ReadScope scope) =>
        scope.Path is { } path ? new WatchInterest(scope.Namespace, path)
        : Exact is { } exact ? new WatchInterest(scope.Namespace, Field: exact.Field, Value: exact.Value)
        : new WatchInterest(scope.Namespace);

    private static int FieldOf(ResourceDefinition definition, string label)
    {
        var selectable = definition.Traits.SelectableFields;
        // Kinds with fields of their own, and custom resources, say what they have; all others have upstream's default
        // (apimachinery: runtime.DefaultMetaV1FieldSelectorConversion), with its own words, and a namespace whatever their scope.
        var isDefault = selectable.IsEmpty && definition.Versions.Any(version => version.HasProtobuf);
        if (label is "metadata.name")
            return FieldCondition.Name;
        if (label is "metadata.namespace" && (isDefault || definition.Info.IsNamespaced))
            return FieldCondition.Namespace;
        for (var i = 0; i < selectable.Length; i++)
        {
            if (selectable[i].Path == label)
                return i;
        }

        throw ApiError.BadRequest(isDefault
            ? $"{FieldErrors.Quote(label)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            : $"field label not supported: {label}");
    }

    private string? ValueOf(int field)
    {
        foreach (var condition in _fields)
        {
            if (condition.Field == field && !condition.IsNegated)
                return condition.Value;
        }

        return null;
    }
}

/// <summary>One condition of a field selector.</summary>
/// <param name="Field"><see cref="Name"/>, <see cref="Namespace"/>, or the place among the definition's selectable fields.</param>
/// <param name="Value">What it is compared with.</param>
/// <param name="IsNegated">It must be something else.</param>
internal readonly record struct FieldCondition(int Field, string Value, bool IsNegated)
{
    /// <summary>metadata.name</summary>
    public const int Name = -1;

    /// <summary>metadata.namespace</summary>
    public const int Namespace = -2;

    public bool Holds(StoredObject one) => IsNegated != Field switch
    {
        Name => one.Name.SequenceEqual(Value),
        Namespace => one.Namespace.SequenceEqual(Value),
        _ => one.SelectableField(Field) == Value,
    };
}

/// <summary>The part of a resource's objects that a read can concern.</summary>
/// <param name="Namespace">The one namespace; "" for any, and for cluster-scoped resources.</param>
/// <param name="Prefix">All paths begin so.</param>
/// <param name="Path">The one path; null where there may be several.</param>
internal readonly record struct ReadScope(string Namespace, string Prefix, string? Path)
{
    /// <summary>May an object of that path be within?</summary>
    public bool Contains(string path) => Path is null ? path.StartsWith(Prefix, StringComparison.Ordinal) : path == Path;

    /// <summary>The objects within, in order, from a path on.</summary>
    public IEnumerable<StoredObject> In(ObjectTree objects, string start) =>
        Path is null ? objects.From(start, Prefix)
        : objects.Find(Path) is { } only ? [only]
        : [];
}
