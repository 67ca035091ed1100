using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Types.ApiExtensions;

/// <summary>What the three hand-written types of this group share.</summary>
internal static class SchemaValue
{
    /// <summary>OpenAPI publishes them without a type.</summary>
    public static TypeDescriptor Describe(string name) => new()
    {
        Name = $"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.{name}",
        Shape = ValueShape.Untyped,
        PreservesUnknownFields = true,
    };
}
