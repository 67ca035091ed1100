using System.Collections.Immutable;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Machinery.Serialization;

/// <summary>The descriptors that the generated ones are put together from.</summary>
public static class KnownDescriptors
{
    /// <summary>A text.</summary>
    public static TypeDescriptor String { get; } = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.String };

    /// <summary>An integer of 32 bits.</summary>
    public static TypeDescriptor Int32 { get; } = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.Integer, Format = "int32" };

    /// <summary>An integer of 64 bits.</summary>
    public static TypeDescriptor Int64 { get; } = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.Integer, Format = "int64" };

    /// <summary>A floating point number.</summary>
    public static TypeDescriptor Double { get; } = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.Number, Format = "double" };

    /// <summary>A truth.</summary>
    public static TypeDescriptor Boolean { get; } = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.Boolean };

    /// <summary>Bytes.</summary>
    public static TypeDescriptor Bytes { get; } = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.Bytes, Format = "byte" };

    /// <summary>metav1.Time.</summary>
    public static TypeDescriptor Time { get; } =
        new() { Name = "io.k8s.apimachinery.pkg.apis.meta.v1.Time", Shape = ValueShape.Scalar, Scalar = ScalarType.Time, Format = "date-time" };

    /// <summary>metav1.MicroTime.</summary>
    public static TypeDescriptor MicroTime { get; } =
        new() { Name = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", Shape = ValueShape.Scalar, Scalar = ScalarType.Time, Format = "micro-time" };

    /// <summary>resource.Quantity.</summary>
    public static TypeDescriptor Quantity { get; } =
        new() { Name = "io.k8s.apimachinery.pkg.api.resource.Quantity", Shape = ValueShape.Scalar, Scalar = ScalarType.Quantity };

    /// <summary>intstr.IntOrString.</summary>
    public static TypeDescriptor IntOrString { get; } =
        new() { Name = "io.k8s.apimachinery.pkg.util.intstr.IntOrString", Shape = ValueShape.Scalar, Scalar = ScalarType.IntOrString, Format = "int-or-string" };

    /// <summary>runtime.RawExtension.</summary>
    public static TypeDescriptor RawExtension { get; } =
        new() { Name = "io.k8s.apimachinery.pkg.runtime.RawExtension", Shape = ValueShape.Untyped, PreservesUnknownFields = true };

    /// <summary>apiextensions' JSON.</summary>
    public static TypeDescriptor Json { get; } =
        new() { Name = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", Shape = ValueShape.Untyped, PreservesUnknownFields = true };

    /// <summary>metav1.FieldsV1.</summary>
    public static TypeDescriptor FieldsV1 { get; } =
        new() { Name = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", Shape = ValueShape.Untyped, PreservesUnknownFields = true };

    /// <summary>A text for which OpenAPI lists values.</summary>
    public static TypeDescriptor StringOf(params ImmutableArray<string> values) =>
        new() { Shape = ValueShape.Scalar, Scalar = ScalarType.String, Enum = values };

    /// <summary>A list.</summary>
    public static TypeDescriptor List(
        TypeDescriptor items,
        ListTopology topology = ListTopology.Atomic,
        ImmutableArray<string> keys = default,
        PatchStrategies patch = PatchStrategies.None,
        string? mergeKey = null) => new()
        {
            Shape = ValueShape.List,
            Items = items,
            Topology = topology,
            MapKeys = keys.IsDefault ? [] : keys,
            PatchStrategy = patch,
            PatchMergeKey = mergeKey,
        };

    /// <summary>A map.</summary>
    public static TypeDescriptor Map(TypeDescriptor values, bool isAtomic = false) =>
        new() { Shape = ValueShape.Map, Values = values, IsAtomic = isAtomic };

    /// <summary>A struct's descriptor at a position that treats it differently.</summary>
    public static TypeDescriptor At(TypeDescriptor type, bool isAtomic, PatchStrategies patch) => new()
    {
        Name = type.Name,
        Shape = type.Shape,
        Scalar = type.Scalar,
        Format = type.Format,
        Enum = type.Enum,
        Fields = type.Fields,
        IsAtomic = isAtomic,
        PatchStrategy = patch,
        PreservesUnknownFields = type.PreservesUnknownFields,
        IsNullable = type.IsNullable,
        Default = type.Default,
    };

    /// <summary>Makes the first descriptor that was built for a type the only one: descriptors are compared by reference.</summary>
    public static TypeDescriptor Publish(ref TypeDescriptor? published, TypeDescriptor built) =>
        Interlocked.CompareExchange(ref published, built, null) ?? built;
}
