using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Removes from a merged object what its applier stated last time and states no more, unless somebody else owns it.</summary>
/// <remarks>
/// In three steps. All that the last configuration stated is removed. What was removed with it but is owned (by others, or by the new configuration) comes
/// back. What was removed with it but was never stated (defaults inside a removed item, for instance, while the item itself stays) comes back too.
/// </remarks>
internal sealed class Abandonment(FieldManager manager, OwnerTable owners, FieldOwner last)
{
    /// <summary>The merged object without what was abandoned.</summary>
    public TreeObject Prune(TreeObject merged)
    {
        if (last.Fields.IsEmpty || owners.At(last.ApiVersion, merged) is not { } versioned)
            return merged;
        var lastFields = last.Fields.WithNamedFieldsAsMembers(versioned.Type);
        var pruned = FieldRemoval.Remove(versioned.Type, versioned.Object, lastFields);
        pruned = KeepOwned(merged, pruned);
        var kept = WithMembers(pruned, versioned);
        var all = WithMembers(versioned.Object, versioned);
        pruned = FieldRemoval.Remove(versioned.Type, versioned.Object, all.Difference(kept).Intersection(lastFields));
        return Back(pruned);
    }

    /// <summary>At each version at which something is owned, the last one first: it is where the removal happened.</summary>
    private TreeObject KeepOwned(TreeObject merged, TreeObject pruned)
    {
        var versions = owners.All.Select(owner => owner.ApiVersion).Append(last.ApiVersion).Distinct()
            .OrderBy(version => version == last.ApiVersion ? 0 : 1);
        var (current, at) = (pruned, last.ApiVersion);
        foreach (var version in versions)
        {
            var owned = owners.All.Where(owner => owner.ApiVersion == version).Aggregate(FieldSet.Empty, (all, owner) => all.Union(owner.Fields));
            if (owners.At(version, merged) is not { } whole || Between(current, at, version) is not { } rest)
                continue;
            var kept = WithMembers(rest, whole).Union(owned.WithNamedFieldsAsMembers(whole.Type));
            current = FieldRemoval.Remove(whole.Type, whole.Object, WithMembers(whole.Object, whole).Difference(kept));
            at = version;
        }

        return Between(current, at, last.ApiVersion) ?? pruned;
    }

    private TreeObject? Between(TreeObject value, string from, string to) => from == to ? value : manager.Convert?.Invoke(value, from, to)?.Object;

    private TreeObject Back(TreeObject pruned) => Between(pruned, last.ApiVersion, manager.ApiVersion) ?? pruned;

    private static FieldSet WithMembers(TreeObject value, VersionedObject versioned) =>
        OwnedFields.Of(versioned.Type, value).WithNamedFieldsAsMembers(versioned.Type);
}
