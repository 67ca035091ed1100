using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>Custom resources as OpenAPI publishes them: the schema as it was given, and what every object has (apiextensions: pkg/controller/openapi/builder).</summary>
internal static class PublishedSchemas
{
    private const string Components = "#/components/schemas/";

    private static readonly TreeObject ApiVersion = Text("APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest "
        + "internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources");

    private static readonly TreeObject Kind = Text("Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits "
        + "requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds");

    /// <summary>The descriptor of whole objects, under the name that OpenAPI has for them.</summary>
    public static TypeDescriptor OfObjects(GroupVersionKind kind, StructuralSchema schema)
    {
        var type = SchemaDescriptors.OfObject(schema);
        return new()
        {
            Name = NameOf(kind),
            Shape = type.Shape,
            Fields = type.Fields,
            PreservesUnknownFields = type.PreservesUnknownFields,
            Published = () => Object(kind, schema).ToString(),
        };
    }

    /// <summary>The descriptor of lists of them.</summary>
    public static TypeDescriptor OfLists(GroupVersionKind list, TypeDescriptor item) => new()
    {
        Name = NameOf(list),
        Shape = ValueShape.Struct,
        Fields = new FieldTable(
        [
            new("apiVersion", KnownDescriptors.String), new("items", KnownDescriptors.List(item)) { IsRequired = true }, new("kind", KnownDescriptors.String), new("metadata", ListMeta.Descriptor),
        ]),
        Published = () => List(list, item.Name!).ToString(),
    };

    private static TreeObject Object(GroupVersionKind kind, StructuralSchema schema)
    {
        var properties = (schema.Source.Object("properties") ?? TreeObject.Empty)
            .With("apiVersion", ApiVersion)
            .With("kind", Kind)
            .With("metadata", Reference(ObjectMeta.Descriptor.Name!, "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"));
        return schema.Source.With("type", TreeString.Of("object")).With("properties", properties).With("x-kubernetes-group-version-kind", Kinds(kind));
    }

    private static TreeObject List(GroupVersionKind list, string item)
    {
        var items = TreeObject.Of(
            new("description", TreeString.Of($"List of {item}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md")),
            new("items", Reference(item)),
            new("type", TreeString.Of("array")));
        var metadata = Reference(ListMeta.Descriptor.Name!, "Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds");
        return TreeObject.Of(
            new("description", TreeString.Of($"{list.Kind} is a list of {item[(item.LastIndexOf('.') + 1)..]}")),
            new("properties", TreeObject.Of(new("apiVersion", ApiVersion), new("items", items), new("kind", Kind), new("metadata", metadata))),
            new("required", TreeList.Of(TreeString.Of("items"))),
            new("type", TreeString.Of("object")),
            new("x-kubernetes-group-version-kind", Kinds(list)));
    }

    // "h.example", "v1", "Gadget": "example.h.v1.Gadget"
    private static string NameOf(GroupVersionKind kind) => $"{string.Join('.', kind.Group.Split('.').Reverse())}.{kind.Version}.{kind.Kind}";

    private static TreeObject Reference(string name) => TreeObject.Of(new TreeMember("$ref", TreeString.Of(Components + name)));

    private static TreeObject Reference(string name, string description) =>
        TreeObject.Of(new("allOf", TreeList.Of(Reference(name))), new("description", TreeString.Of(description)));

    private static TreeList Kinds(GroupVersionKind kind) => TreeList.Of(TreeObject.Of(
        new("group", TreeString.Of(kind.Group)), new("kind", TreeString.Of(kind.Kind)), new("version", TreeString.Of(kind.Version))));

    private static TreeObject Text(string description) => TreeObject.Of(new("description", TreeString.Of(description)), new("type", TreeString.Of("string")));
}
