using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>
/// A schema must be structural: every field has a type outside of allOf, anyOf, oneOf and not, which in turn say nothing but conditions
/// (apiextensions: pkg/apiserver/schema/validation.go, complete.go).
/// </summary>
internal static class StructuralChecks
{
    private const string AtRoot = "must not be empty at the root";
    private const string OfItems = "must not be empty for specified array items";
    private const string OfFields = "must not be empty for specified object fields";

    // What a schema below a junctor may not say, and how upstream puts it.
    private static readonly (string Name, string Empty)[] ForbiddenInJunctors =
    [
        ("type", "empty"), ("additionalProperties", "undefined"), ("default", "undefined"), ("title", "empty"), ("description", "empty"), ("nullable", "false"),
        ("x-kubernetes-preserve-unknown-fields", "false"), ("x-kubernetes-embedded-resource", "false"), ("x-kubernetes-int-or-string", "false"),
        ("x-kubernetes-list-map-keys", "empty"), ("x-kubernetes-list-type", "undefined"), ("x-kubernetes-map-type", "undefined"), ("x-kubernetes-validations", "empty"),
    ];

    /// <summary>Finds what is not structural; in the order of the texts, as upstream tells it.</summary>
    public static void Check(StructuralSchema root, FieldErrors errors)
    {
        var scratch = new FieldErrors();
        var at = scratch.At(errors.Path);
        Node(root, AtRoot, at);
        JunctorCompleteness.Check(root, at);
        foreach (var error in scratch.All.OrderBy(error => error.ToString(), StringComparer.Ordinal))
            errors.Add(error);
    }

    private static void Node(StructuralSchema schema, string level, FieldErrors at)
    {
        if (schema.Type == "array" && schema.Items is null)
            at.At("items").Required("must be specified");
        if (schema.Items is { } items)
            Node(items, OfItems, at.At("items"));
        foreach (var (name, property) in schema.Properties)
            Node(property, OfFields, at.At("properties").Key(name));
        if (schema.HasAdditionalProperties && level == AtRoot)
            at.At("additionalProperties").Forbidden("must not be used at the root");
        if (schema.AdditionalProperties is { } values)
            Node(values, OfFields, at.At("additionalProperties"));
        if (schema is { IsIntOrString: true, PreservesUnknownFields: true })
            at.At("x-kubernetes-preserve-unknown-fields").Invalid(true, "must be false if x-kubernetes-int-or-string is true");
        if (schema is { IsIntOrString: true, IsEmbeddedResource: true })
            at.At("x-kubernetes-embedded-resource").Invalid(true, "must be false if x-kubernetes-int-or-string is true");
        Conditions(schema, IsIntOrStringPattern(schema), schema.AllOf is [var first, ..] && IsIntOrStringPattern(first), at);
        Type(schema, level, at);
        if (level == AtRoot || schema.IsEmbeddedResource)
            TypeMeta(schema, level == AtRoot, at.At("properties"));
        if (schema is { IsEmbeddedResource: true, PreservesUnknownFields: false, Properties.IsEmpty: true })
            at.At("properties").Required("must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields");
    }

    private static void Type(StructuralSchema schema, string level, FieldErrors at)
    {
        const string OfEmbedded = "must be object if x-kubernetes-embedded-resource is true";
        if (schema.IsEmbeddedResource && schema.Type.Length == 0)
            at.At("type").Required(OfEmbedded);
        else if (schema.IsEmbeddedResource && schema.Type != "object")
            at.At("type").Invalid(schema.Type, OfEmbedded);
        else if (schema is { Type.Length: 0, IsIntOrString: false, PreservesUnknownFields: false })
            at.At("type").Required(level);
        if (schema is { IsEmbeddedResource: true, HasAdditionalProperties: true })
            at.At("additionalProperties").Forbidden("must not be used if x-kubernetes-embedded-resource is set");
        if (level == AtRoot && schema.Type.Length > 0 && schema.Type != "object")
            at.At("type").Invalid(schema.Type, "must be object at the root");
    }

    private static void TypeMeta(StructuralSchema schema, bool isRoot, FieldErrors properties)
    {
        foreach (var (name, type) in (ReadOnlySpan<(string, string)>)[("kind", "string"), ("apiVersion", "string"), ("metadata", "object")])
        {
            if (schema.Properties.GetValueOrDefault(name) is { } property && property.Type != type)
                properties.Key(name).At("type").Invalid(property.Type, $"must be {type}");
        }

        if (isRoot && schema.Properties.GetValueOrDefault("metadata") is { } metadata && SaysTooMuch(metadata))
            properties.Key("metadata").Forbidden("must not specify anything other than name and generateName, but metadata is implicitly specified");
    }

    private static bool SaysTooMuch(StructuralSchema metadata) =>
        metadata.Properties.Keys.Any(name => name is not ("name" or "generateName"))
        || metadata.Source.Names.ToArray().Any(name => name is not ("type" or "default" or "properties" or "required"));

    private static void Conditions(StructuralSchema schema, bool skipsAnyOf, bool skipsAnyOfInFirst, FieldErrors at)
    {
        for (var i = 0; !skipsAnyOf && i < schema.AnyOf.Length; i++)
            InJunctor(schema.AnyOf[i], false, at.At("anyOf", i));
        for (var i = 0; i < schema.AllOf.Length; i++)
            InJunctor(schema.AllOf[i], skipsAnyOfInFirst && i == 0, at.At("allOf", i));
        for (var i = 0; i < schema.OneOf.Length; i++)
            InJunctor(schema.OneOf[i], false, at.At("oneOf", i));
        if (schema.Not is { } not)
            InJunctor(not, false, at.At("not"));
        if (schema.Pattern.Length > 0 && !ValueValidation.IsPattern(schema.Pattern))
            at.At("pattern").Invalid(schema.Pattern, $"must be a valid regular expression, but isn't: error parsing regexp: {schema.Pattern}");
    }

    private static void InJunctor(StructuralSchema schema, bool skipsAnyOf, FieldErrors at)
    {
        Conditions(schema, skipsAnyOf, false, at);
        if (schema.Items is { } items)
            InJunctor(items, false, at.At("items"));
        foreach (var (name, property) in schema.Properties)
            InJunctor(property, false, at.At("properties").Key(name));
        foreach (var (name, empty) in ForbiddenInJunctors)
        {
            if (schema.Source[name] is { } said && said is not (TreeNull or TreeBoolean { Value: false } or TreeString { Value.Length: 0 }))
                at.At(name).Forbidden($"must be {empty} to be structural");
        }

        if (schema.Properties.ContainsKey("metadata"))
            at.At("properties").Key("metadata").Forbidden("must not be specified in a nested context");
    }

    // The one way to say that a value may have either type.
    private static bool IsIntOrStringPattern(StructuralSchema schema) =>
        schema.AnyOf is [{ Source.Count: 1, Type: "integer" }, { Source.Count: 1, Type: "string" }];
}
