using System.Collections.Frozen;
using System.Collections.Immutable;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>
/// The rules of a schema, compiled: those of one node and, where any are, those below (apiextensions: pkg/apiserver/schema/cel). Immutable; used from any thread.
/// </summary>
public sealed class SchemaRules
{
    private SchemaRules(StructuralSchema schema, SchemaTypes types)
    {
        Schema = schema;
        Types = types;
        Own = [.. schema.Rules.Where(rule => rule.Rule.Trim().Length > 0).Select(rule => CompiledRule.Of(rule, schema, types))];
        Properties = schema.Properties
            .Select(property => (property.Key, Rules: Below(property.Value, types)))
            .Where(property => property.Rules is not null)
            .ToFrozenDictionary(property => property.Key, property => property.Rules!, StringComparer.Ordinal);
        Values = schema.AdditionalProperties is { } values ? Below(values, types) : null;
        Items = schema.Items is { } items ? Below(items, types) : null;
    }

    internal StructuralSchema Schema { get; }

    internal SchemaTypes Types { get; }

    internal ImmutableArray<CompiledRule> Own { get; }

    internal FrozenDictionary<string, SchemaRules> Properties { get; }

    internal SchemaRules? Values { get; }

    internal SchemaRules? Items { get; }

    /// <summary>The rules of a schema and all below it; null where there are none.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isObject">Does it describe whole objects?</param>
    public static SchemaRules? Of(StructuralSchema schema, bool isObject) => HasAny(schema) ? new(schema, new SchemaTypes(schema, isObject)) : null;

    /// <summary>The rules of one node alone, compiled; what is wrong with them is in them.</summary>
    public static ImmutableArray<CompiledRule> OfNode(StructuralSchema schema, bool isObject)
    {
        var types = new SchemaTypes(schema, isObject);
        return [.. schema.Rules.Select(rule => CompiledRule.Of(rule, schema, types))];
    }

    /// <summary>Evaluates them all.</summary>
    /// <param name="value">A value that the schema describes.</param>
    /// <param name="old">What stood there before; null for a new object.</param>
    /// <param name="errors">Where the value stands.</param>
    /// <param name="cancel">Ends with the request.</param>
    public void Check(TreeValue value, TreeValue? old, FieldErrors errors, CancellationToken cancel) => new RuleEvaluation(Types, cancel).Check(this, value, old, errors);

    private static SchemaRules? Below(StructuralSchema schema, SchemaTypes types) => HasAny(schema) ? new(schema, types) : null;

    private static bool HasAny(StructuralSchema schema) =>
        !schema.Rules.IsEmpty
        || schema.Properties.Values.Any(HasAny)
        || (schema.AdditionalProperties is { } values && HasAny(values))
        || (schema.Items is { } items && HasAny(items));
}
