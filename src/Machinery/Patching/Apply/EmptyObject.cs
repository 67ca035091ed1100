using System.Runtime.CompilerServices;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>
/// What an object is before it exists, as far as a writer sees: a zero Go struct in JSON. What a create states beyond this is what its manager owns, so
/// structs and zero values that are always written have no owner.
/// </summary>
internal static class EmptyObject
{
    private static readonly ConditionalWeakTable<TypeDescriptor, TreeObject> Made = [];

    /// <summary>The zero object of a type; of a custom resource, whose fields all are pointers, an empty one.</summary>
    public static TreeObject Of(TypeDescriptor type) => Made.GetValue(type, Make);

    private static TreeObject Make(TypeDescriptor type)
    {
        var members = new TreeObject.Builder();
        foreach (var field in type.Fields.All)
        {
            if (!field.IsPointer && Zero(field) is { } zero)
                members.Set(field.Name, zero);
        }

        return members.Build();
    }

    private static TreeValue? Zero(FieldDescriptor field) => field.Type.Shape switch
    {
        ValueShape.Struct => Of(field.Type),
        _ when field.OmitsEmpty => null,
        ValueShape.Scalar => field.Type.Scalar switch
        {
            ScalarType.String => TreeString.Empty,
            ScalarType.Integer or ScalarType.Number or ScalarType.IntOrString => TreeInteger.Of(0),
            ScalarType.Boolean => TreeBoolean.False,
            ScalarType.Quantity => TreeString.Of("0"),
            ScalarType.Duration => TreeString.Of("0s"),
            _ => TreeNull.Instance,
        },
        _ => TreeNull.Instance,
    };
}
