using System.Collections.Immutable;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>The JSON of an OpenAPI v3 schema to a <see cref="StructuralSchema"/>. What is of the wrong type counts as absent: the API's own decoding has refused it before.</summary>
public static class SchemaReader
{
    /// <summary>Reads a schema and all below it.</summary>
    public static StructuralSchema Read(TreeObject json)
    {
        var additional = json["additionalProperties"];
        return new StructuralSchema
        {
            Source = json,
            Type = json.String("type") ?? "",
            Format = json.String("format") ?? "",
            Default = json["default"],
            IsNullable = Flag(json, "nullable"),
            IsIntOrString = Flag(json, "x-kubernetes-int-or-string"),
            PreservesUnknownFields = Flag(json, "x-kubernetes-preserve-unknown-fields"),
            IsEmbeddedResource = Flag(json, "x-kubernetes-embedded-resource"),
            ListType = json.String("x-kubernetes-list-type") ?? "",
            ListMapKeys = Strings(json, "x-kubernetes-list-map-keys"),
            MapType = json.String("x-kubernetes-map-type") ?? "",
            Properties = Properties(json.Object("properties")),
            AdditionalProperties = additional is TreeObject schema ? Read(schema) : null,
            HasAdditionalProperties = additional is not null,
            Items = json.Object("items") is { } items ? Read(items) : null,
            Required = Strings(json, "required"),
            Enum = json.List("enum") is { } values ? [.. values] : [],
            Bounds = Bounds(json),
            Pattern = json.String("pattern") ?? "",
            AllOf = Schemas(json, "allOf"),
            AnyOf = Schemas(json, "anyOf"),
            OneOf = Schemas(json, "oneOf"),
            Not = json.Object("not") is { } not ? Read(not) : null,
            Rules = [.. (json.List("x-kubernetes-validations") ?? TreeList.Empty).OfType<TreeObject>().Select(Rule)],
        };
    }

    private static ImmutableSortedDictionary<string, StructuralSchema> Properties(TreeObject? properties) => properties is null
        ? StructuralSchema.NoProperties
        : properties.Where(property => property.Value is TreeObject)
            .ToImmutableSortedDictionary(property => property.Name, property => Read((TreeObject)property.Value), StringComparer.Ordinal);

    private static SchemaBounds Bounds(TreeObject json)
    {
        var bounds = new SchemaBounds
        {
            Maximum = Number(json, "maximum"),
            IsMaximumExclusive = Flag(json, "exclusiveMaximum"),
            Minimum = Number(json, "minimum"),
            IsMinimumExclusive = Flag(json, "exclusiveMinimum"),
            MultipleOf = Number(json, "multipleOf"),
            MaxLength = Integer(json, "maxLength"),
            MinLength = Integer(json, "minLength"),
            MaxItems = Integer(json, "maxItems"),
            MinItems = Integer(json, "minItems"),
            MaxProperties = Integer(json, "maxProperties"),
            MinProperties = Integer(json, "minProperties"),
            IsUnique = Flag(json, "uniqueItems"),
        };
        return bounds == SchemaBounds.None ? SchemaBounds.None : bounds;
    }

    private static ValidationRuleText Rule(TreeObject json) => new(
        json.String("rule") ?? "",
        json.String("message") ?? "",
        json.String("messageExpression") ?? "",
        json.String("reason") ?? "",
        json.String("fieldPath") ?? "",
        json["optionalOldSelf"] is TreeBoolean optional ? optional.Value : null);

    private static ImmutableArray<StructuralSchema> Schemas(TreeObject json, string name) =>
        json.List(name) is { } schemas ? [.. schemas.OfType<TreeObject>().Select(Read)] : [];

    private static ImmutableArray<string> Strings(TreeObject json, string name) =>
        json.List(name) is { } texts ? [.. texts.OfType<TreeString>().Select(text => text.Value)] : [];

    private static bool Flag(TreeObject json, string name) => json[name] is TreeBoolean { Value: true };

    private static double? Number(TreeObject json, string name) => json[name] switch
    {
        TreeInteger integer => integer.Value,
        TreeNumber number => number.Value,
        _ => null,
    };

    private static long? Integer(TreeObject json, string name) => (json[name] as TreeInteger)?.Value;
}
