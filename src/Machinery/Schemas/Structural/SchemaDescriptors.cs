using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>Structural schemas to descriptors: where the engine for built-in kinds takes over.</summary>
public static class SchemaDescriptors
{
    private static readonly ImmutableArray<FieldDescriptor> TypeMeta =
        [new("apiVersion", KnownDescriptors.String), new("kind", KnownDescriptors.String), new("metadata", ObjectMeta.Descriptor)];

    /// <summary>The descriptor of whole objects: apiVersion, kind and metadata are as everywhere, whatever the schema says of them.</summary>
    public static TypeDescriptor OfObject(StructuralSchema root) => Struct(root, isObject: true);

    /// <summary>The descriptor of a value.</summary>
    internal static TypeDescriptor Of(StructuralSchema schema)
    {
        if (schema.IsIntOrString)
            return Scalar(schema, ScalarType.IntOrString);
        switch (schema.Type)
        {
            case "object" when schema.AdditionalProperties is { } values:
                return new()
                {
                    Shape = ValueShape.Map,
                    Values = values.Descriptor,
                    IsAtomic = schema.MapType == "atomic",
                    IsNullable = schema.IsNullable,
                    Default = DefaultOf(schema),
                };
            case "object" when schema.HasAdditionalProperties && schema.Properties.IsEmpty && !schema.IsEmbeddedResource:
                // additionalProperties: true; any members, of any form
                return Struct(schema, isObject: false, preserves: true);
            case "object":
                return Struct(schema, schema.IsEmbeddedResource);
            case "array":
                return List(schema);
            case "string":
                return Scalar(schema, ScalarType.String);
            case "integer":
                return Scalar(schema, ScalarType.Integer);
            case "number":
                return Scalar(schema, ScalarType.Number);
            case "boolean":
                return Scalar(schema, ScalarType.Boolean);
            default:
                return schema.Properties.IsEmpty ? Untyped(schema) : Struct(schema, schema.IsEmbeddedResource);
        }
    }

    private static TypeDescriptor Struct(StructuralSchema schema, bool isObject, bool preserves = false) => new()
    {
        Shape = ValueShape.Struct,
        Fields = new FieldTable([.. Fields(schema, isObject).OrderBy(field => field.Name, StringComparer.Ordinal)]),
        IsAtomic = schema.MapType == "atomic",
        PreservesUnknownFields = preserves || schema.PreservesUnknownFields,
        IsEmbeddedResource = schema.IsEmbeddedResource,
        IsNullable = schema.IsNullable,
        Default = DefaultOf(schema),
    };

    private static IEnumerable<FieldDescriptor> Fields(StructuralSchema schema, bool isObject)
    {
        var own = schema.Properties.Where(property => !isObject || property.Key is not ("apiVersion" or "kind" or "metadata"))
            .Select(property => new FieldDescriptor(property.Key, property.Value.Descriptor)
            {
                IsRequired = schema.Required.Contains(property.Key),
                Default = DefaultOf(property.Value),
                OmitsEmpty = true,
                IsPointer = true, // nothing is there that was not said
            });
        return isObject ? TypeMeta.Concat(own) : own;
    }

    private static TypeDescriptor List(StructuralSchema schema) => new()
    {
        Shape = ValueShape.List,
        Items = schema.Items?.Descriptor ?? TypeDescriptor.Untyped,
        Topology = schema.ListType switch
        {
            "map" => ListTopology.Map,
            "set" => ListTopology.Set,
            _ => ListTopology.Atomic,
        },
        MapKeys = schema.ListMapKeys,
        IsNullable = schema.IsNullable,
        Default = DefaultOf(schema),
    };

    private static TypeDescriptor Scalar(StructuralSchema schema, ScalarType type) => new()
    {
        Shape = ValueShape.Scalar,
        Scalar = type,
        Format = schema.Format.Length > 0 ? schema.Format : null,
        IsNullable = schema.IsNullable,
        Default = DefaultOf(schema),
    };

    private static TypeDescriptor Untyped(StructuralSchema schema) => new()
    {
        Shape = ValueShape.Untyped,
        PreservesUnknownFields = true,
        IsEmbeddedResource = schema.IsEmbeddedResource,
        IsNullable = schema.IsNullable,
        Default = DefaultOf(schema),
    };

    private static string? DefaultOf(StructuralSchema schema) => schema.Default?.ToString();
}
