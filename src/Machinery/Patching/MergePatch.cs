using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>JSON merge patch (RFC 7386): objects are merged, null removes, all else replaces.</summary>
public static class MergePatch
{
    /// <summary>The patched object; unchanged parts are shared with the original.</summary>
    /// <exception cref="PatchFormatException">The patch is no object: it could only replace the whole.</exception>
    public static TreeObject Apply(TreeObject original, TreeValue patch) =>
        patch is TreeObject members ? Merge(original, members) : throw new PatchFormatException("Invalid JSON Patch");

    private static TreeObject Merge(TreeObject original, TreeObject patch)
    {
        if (patch.Count == 0)
            return original;
        var merged = new TreeObject.Builder(original.Count + patch.Count);
        var isChanged = false;
        var left = 0;
        for (var right = 0; right < patch.Count; right++)
        {
            var (name, value) = patch[right];
            for (; left < original.Count && string.CompareOrdinal(original.Names[left], name) < 0; left++)
                merged.Set(original.Names[left], original.Values[left]);
            var there = left < original.Count && original.Names[left] == name ? original.Values[left++] : null;
            var now = Value(there, value);
            isChanged |= !ReferenceEquals(now, there);
            if (now is not null)
                merged.Set(name, now);
        }

        for (; left < original.Count; left++)
            merged.Set(original.Names[left], original.Values[left]);
        return isChanged ? merged.Build() : original;
    }

    private static TreeValue? Value(TreeValue? there, TreeValue patch) => patch switch
    {
        TreeNull => null,
        TreeObject members => Merge(there as TreeObject ?? TreeObject.Empty, members),
        _ => patch.Equals(there) ? there : patch,
    };
}
