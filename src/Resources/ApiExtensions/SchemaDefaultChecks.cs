using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>Defaults must be such values as their schemas describe, with nothing that would be pruned (apiextensions: pkg/apiserver/schema/defaulting/validation.go).</summary>
internal static class SchemaDefaultChecks
{
    /// <summary>Finds what is wrong with any default below; of a schema that is structural.</summary>
    public static void Check(StructuralSchema schema, FieldErrors at)
    {
        if (schema.Default is { } value)
            CheckDefault(value, schema, at.At("default"));
        if (schema.AdditionalProperties is { } values)
            Check(values, at.At("additionalProperties"));
        if (schema.Items is { } items)
            Check(items, at.At("items"));
        foreach (var (name, property) in schema.Properties)
            Check(property, at.At("properties").Key(name));
    }

    private static void CheckDefault(TreeValue value, StructuralSchema schema, FieldErrors at)
    {
        // Pruning begins at objects: a list is one's field here.
        var type = new TypeDescriptor { Shape = ValueShape.Map, Values = schema.Descriptor };
        var wrapped = TreeObject.Of(new TreeMember("default", value));
        if (!Pruning.Prune(wrapped, type).Equals(wrapped))
            at.InvalidPrinted(value.ToString(), "must not have unknown fields");
        var found = at.All.Count;
        EmbeddedObjects.Check(value, schema, at);
        if (at.All.Count == found)
            ValueValidation.Check(value, null, schema, at);
    }
}
