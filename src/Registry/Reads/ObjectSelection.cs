using System.Collections.Immutable;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Cache;

namespace ControlPlane.Registry.Reads;

/// <summary>Which objects a list, a watch or a deletion of many is about: a condition on labels and conditions on fields.</summary>
public sealed class ObjectSelection
{
    private readonly Func<ValueMap<string>, bool>? _labels;
    private readonly ImmutableArray<FieldCondition> _fields;

    /// <summary>Those for which both hold.</summary>
    /// <param name="labels">The label selector; null where there is none.</param>
    /// <param name="fields">The field selector's conditions.</param>
    public ObjectSelection(Func<ValueMap<string>, bool>? labels, ImmutableArray<FieldCondition> fields) => (_labels, _fields) = (labels, fields);

    /// <summary>All objects.</summary>
    public static ObjectSelection All { get; } = new(null, []);

    /// <summary>Does it leave nothing out?</summary>
    public bool IsEverything => _labels is null && _fields.IsEmpty;

    /// <summary>Is it one of them?</summary>
    public bool Selects(StoredObject one)
    {
        foreach (var field in _fields)
        {
            if (!field.Holds(one))
                return false;
        }

        return _labels is null || _labels(one.Labels);
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
public readonly record struct FieldCondition(int Field, string Value, bool IsNegated)
{
    /// <summary>metadata.name</summary>
    public const int Name = -1;

    /// <summary>metadata.namespace</summary>
    public const int Namespace = -2;

    internal bool Holds(StoredObject one) => IsNegated != Field switch
    {
        Name => one.Name.SequenceEqual(Value),
        Namespace => one.Namespace.SequenceEqual(Value),
        _ => one.SelectableField(Field) == Value,
    };
}
