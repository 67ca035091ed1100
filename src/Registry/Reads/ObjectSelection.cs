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
        try
        {
            return Of(definition, LabelSelector.Parse(labelSelector), FieldSelector.Parse(fieldSelector));
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

    /// <summary>The one name that is asked for; null where it may be any.</summary>
    internal string? OnlyName => ValueOf(FieldCondition.Name);

    internal WatchInterest InterestIn(string @namespace, bool isNamespaced)
    {
        if (OnlyName is { } name && (@namespace.Length > 0 || !isNamespaced))
            return new WatchInterest(@namespace, @namespace.Length > 0 ? $"{@namespace}/{name}" : name);
        foreach (var field in _fields)
        {
            if (field is { Field: >= 0, IsNegated: false })
                return new WatchInterest(@namespace, Field: field.Field, Value: field.Value);
        }

        return new WatchInterest(@namespace);
    }

    private static int FieldOf(ResourceDefinition definition, string label)
    {
        if (label is "metadata.name")
            return FieldCondition.Name;
        if (label is "metadata.namespace")
            return FieldCondition.Namespace;
        var selectable = definition.Traits.SelectableFields;
        for (var i = 0; i < selectable.Length; i++)
        {
            if (selectable[i].Path == label)
                return i;
        }

        throw ApiError.BadRequest(selectable.IsEmpty
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
