using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Types.Tests.Patching;

/// <summary>The custom resource of the recorded sequences, as its structural schema describes it. All fields of a custom resource are pointers: absent is absent.</summary>
internal static class GadgetType
{
    public static TypeDescriptor Descriptor { get; } = Struct(
        Field("apiVersion", Scalar(ScalarType.String)),
        Field("kind", Scalar(ScalarType.String)),
        Field("metadata", ObjectMeta.Descriptor),
        Field("spec", Struct(
            Field("replicas", Scalar(ScalarType.Integer, "1")),
            Field("mode", Scalar(ScalarType.String, "\"a\"")),
            Field("list", new TypeDescriptor
            {
                Shape = ValueShape.List,
                Topology = ListTopology.Map,
                MapKeys = ["k"],
                Items = Struct(Field("k", Scalar(ScalarType.String))),
            }),
            Field("any", Scalar(ScalarType.IntOrString)),
            Field("free", new TypeDescriptor { Shape = ValueShape.Struct, PreservesUnknownFields = true }),
            Field("pat", Scalar(ScalarType.String)))),
        Field("status", Struct(
            Field("replicas", Scalar(ScalarType.Integer)),
            Field("selector", Scalar(ScalarType.String)))));

    private static TypeDescriptor Struct(params ImmutableArray<FieldDescriptor> fields) => new() { Shape = ValueShape.Struct, Fields = new FieldTable(fields) };

    private static TypeDescriptor Scalar(ScalarType scalar, string? byDefault = null) => new() { Shape = ValueShape.Scalar, Scalar = scalar, Default = byDefault };

    private static FieldDescriptor Field(string name, TypeDescriptor type) => new(name, type) { IsPointer = true, OmitsEmpty = true };
}
