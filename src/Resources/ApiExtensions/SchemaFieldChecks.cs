using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>What a schema may say at each node (apiextensions: pkg/apis/apiextensions/validation, ValidateCustomResourceDefinitionOpenAPISchema).</summary>
internal static class SchemaFieldChecks
{
    private static readonly (string Name, string Complaint)[] Unsupported =
    [
        ("id", "id is not supported"), ("additionalItems", "additionalItems is not supported"), ("patternProperties", "patternProperties is not supported"),
        ("definitions", "definitions is not supported"), ("dependencies", "dependencies is not supported"), ("$ref", "$ref is not supported"),
    ];

    /// <summary>Finds what is wrong at a node and below.</summary>
    public static void Check(StructuralSchema schema, bool isRoot, FieldErrors at) => Node(schema, new Surroundings(isRoot, "", false), at);

    private static void Node(StructuralSchema schema, Surroundings around, FieldErrors at)
    {
        CheckSaid(schema, around, at);
        if (schema.AdditionalProperties is { } values)
            Node(values, around.InMap(), at.At("additionalProperties"));
        foreach (var (name, property) in schema.Properties)
            Node(property, around.InProperty(name, schema.IsEmbeddedResource), at.At("properties").Key(name));
        if (schema.Not is { } not)
            Node(not, around.Below(), at.At("not"));
        for (var i = 0; i < schema.AllOf.Length; i++)
            Node(schema.AllOf[i], around.Below(), at.At("allOf", i));
        for (var i = 0; i < schema.OneOf.Length; i++)
            Node(schema.OneOf[i], around.Below(), at.At("oneOf", i));
        for (var i = 0; i < schema.AnyOf.Length; i++)
            Node(schema.AnyOf[i], around.Below(), at.At("anyOf", i));
        if (schema.Items is { } items)
            Node(items, schema.ListType == "map" ? around.Below() : around.Below() with { Uncorrelated = around.Uncorrelated ?? at.Path }, at.At("items"));
        if (schema.Source["x-kubernetes-preserve-unknown-fields"] is TreeBoolean { Value: false })
            at.At("x-kubernetes-preserve-unknown-fields").Invalid(false, "must be true or undefined");
        CheckMapType(schema, at);
        ListTypeChecks.Check(schema, at);
        RuleTextChecks.Check(schema, around.IsRoot || schema.IsEmbeddedResource, around.Uncorrelated, at.At("x-kubernetes-validations"));
        ListTypeChecks.CheckKeys(schema, at);
    }

    private static void CheckSaid(StructuralSchema schema, Surroundings around, FieldErrors at)
    {
        if (schema.Type.Length > 0)
            OneOf(at.At("type"), schema.Type, "array", "boolean", "integer", "number", "object", "string");
        if (schema.Default is not null && around.NoDefaultsBecause.Length > 0)
            at.At("default").Forbidden($"must not be set {around.NoDefaultsBecause}");
        foreach (var (name, complaint) in Unsupported)
        {
            if (schema.Source[name] is { } said && said is not (TreeString { Value.Length: 0 } or TreeObject { Count: 0 } or TreeNull))
                at.At(name).Forbidden(complaint);
        }

        if (schema.Source["items"] is TreeList)
            at.At("items").Forbidden("items must be a schema object and not an array");
        if (around.IsInsideMetadata && schema.IsEmbeddedResource)
            at.At("x-kubernetes-embedded-resource").Forbidden("must not be used inside of resource meta");
        if (schema.Bounds.IsUnique)
            at.At("uniqueItems").Forbidden("uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        if (schema.HasAdditionalProperties && !schema.Properties.IsEmpty && schema.Source["additionalProperties"] is not TreeBoolean { Value: true })
            at.At("additionalProperties").Forbidden("additionalProperties and properties are mutual exclusive");
    }

    private static void CheckMapType(StructuralSchema schema, FieldErrors at)
    {
        if (!schema.Source.Has("x-kubernetes-map-type"))
            return;
        const string NotAnObject = "must be object if x-kubernetes-map-type is specified";
        if (schema.Type.Length == 0)
            at.At("type").Required(NotAnObject);
        else if (schema.Type != "object")
            at.At("type").Invalid(schema.Type, NotAnObject);
        OneOf(at.At("x-kubernetes-map-type"), schema.MapType, "atomic", "granular");
    }

    private static void OneOf(FieldErrors at, string value, params ReadOnlySpan<string> supported)
    {
        if (!supported.Contains(value))
            at.NotSupported(value, supported);
    }

    /// <summary>Where a node stands.</summary>
    /// <param name="IsRoot">It describes whole objects.</param>
    /// <param name="NoDefaultsBecause">Why it may have no default; "" where it may.</param>
    /// <param name="IsInsideMetadata">It describes a part of an object's metadata, apiVersion or kind.</param>
    /// <param name="Uncorrelated">The list above whose items cannot be told apart from one version of an object to the next; null for none.</param>
    private readonly record struct Surroundings(bool IsRoot, string NoDefaultsBecause, bool IsInsideMetadata, string? Uncorrelated = null)
    {
        public Surroundings Below() => this with { IsRoot = false };

        public Surroundings InMap() =>
            IsInsideMetadata ? this with { IsRoot = false, NoDefaultsBecause = "inside additionalProperties applying to object metadata" } : Below();

        public Surroundings InProperty(string name, bool isEmbedded) => (IsRoot || isEmbedded) && name is "metadata" or "kind" or "apiVersion"
            ? this with { IsRoot = false, NoDefaultsBecause = IsRoot ? $"in top-level {name}" : NoDefaultsBecause, IsInsideMetadata = true }
            : Below();
    }
}
