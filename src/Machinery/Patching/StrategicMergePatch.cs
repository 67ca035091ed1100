using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>
/// Kubernetes' strategic merge patch: a merge patch that merges lists by their items' merge key, as the type's patch strategies say, and that may carry
/// directives.
/// </summary>
/// <remarks>
/// Directives. In an object: <c>$patch: replace</c> (take the patch as it is), <c>$patch: delete</c> (empty it), <c>$retainKeys</c> (of the original keep
/// these). In a list: an item with <c>$patch: delete</c> and the merge key, or <c>$patch: replace</c>. Beside a list: <c>$setElementOrder/x</c> and, for
/// lists of scalars, <c>$deleteFromPrimitiveList/x</c>.
/// </remarks>
public static class StrategicMergePatch
{
    /// <summary>The patched object.</summary>
    /// <exception cref="PatchFormatException">The patch contradicts itself or the type, in upstream's words.</exception>
    public static TreeObject Apply(TreeObject original, TreeValue patch, TypeDescriptor type) =>
        patch is TreeObject members ? StrategicObjects.Merge(original, members, type) : throw new PatchFormatException("Invalid JSON document");
}
