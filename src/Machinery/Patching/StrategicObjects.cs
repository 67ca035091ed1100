using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>Objects under strategic merge patch.</summary>
internal static class StrategicObjects
{
    /// <summary>The original with the patch merged in.</summary>
    public static TreeObject Merge(TreeObject original, TreeObject patch, TypeDescriptor type)
    {
        if (patch[StrategicDirectives.Patch] is { } directive)
            return Replaced(patch, directive);
        var merged = Retained(original, patch);
        var ordered = OrderedLists(patch);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(StrategicDirectives.SetElementOrder, StringComparison.Ordinal))
                merged = Ordered(merged, patch, name[StrategicDirectives.SetElementOrder.Length..], value, type);
            else if (name.StartsWith(StrategicDirectives.DeleteFromPrimitiveList, StringComparison.Ordinal))
                merged = Deleted(merged, name[StrategicDirectives.DeleteFromPrimitiveList.Length..], value);
            else if (name != StrategicDirectives.RetainKeys && !ordered.Contains(name))
                merged = Member(merged, name, value, TypeOf(type, name));
        }

        return merged;
    }

    private static TreeObject Replaced(TreeObject patch, TreeValue directive) => directive.StringOrNull switch
    {
        "replace" => patch.Without(StrategicDirectives.Patch),
        "delete" => TreeObject.Empty,
        _ => throw StrategicDirectives.UnknownPatchType(directive, patch),
    };

    private static TreeObject Retained(TreeObject original, TreeObject patch)
    {
        if (patch[StrategicDirectives.RetainKeys] is not { } directive)
            return original;
        if (directive is not TreeList list)
            throw new PatchFormatException("invalid patch format of retainKeys");
        var names = list.Select(static name => name.StringOrNull).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
        {
            if (!StrategicDirectives.IsDirective(name) && !value.IsNull && !names.Contains(name))
                throw new PatchFormatException("invalid patch format of retainKeys");
        }

        return TreeObject.Of([.. original.Where(member => names.Contains(member.Name))]);
    }

    private static HashSet<string> OrderedLists(TreeObject patch) => patch
        .Where(static member => member.Name.StartsWith(StrategicDirectives.SetElementOrder, StringComparison.Ordinal))
        .Select(static member => member.Name[StrategicDirectives.SetElementOrder.Length..]).ToHashSet(StringComparer.Ordinal);

    private static TreeObject Member(TreeObject merged, string name, TreeValue value, TypeDescriptor type)
    {
        if (value.IsNull)
            return merged.Without(name);
        var now = (merged[name], value) switch
        {
            (TreeObject there, TreeObject patch) => Replaces(type) ? StrategicDirectives.Plain(patch) : Merge(there, patch, type),
            (TreeList there, TreeList patch) => StrategicLists.Merge(there, patch, type),
            _ => StrategicDirectives.Plain(value),
        };
        return now is null ? merged : merged.With(name, now);
    }

    private static TreeObject Deleted(TreeObject merged, string name, TreeValue items)
    {
        if (items is not TreeList doomed)
            throw new PatchFormatException("invalid patch format of primitive list");
        return merged[name] is TreeList list ? merged.With(name, StrategicLists.Delete(list, doomed)) : merged;
    }

    private static TreeObject Ordered(TreeObject merged, TreeObject patch, string name, TreeValue directive, TypeDescriptor type)
    {
        if (directive is not TreeList order || (merged[name] ?? TreeList.Empty) is not TreeList there || (patch[name] ?? TreeList.Empty) is not TreeList changes)
            throw new PatchFormatException("invalid patch format of setElementOrder list");
        if (!merged.Has(name) && !patch.Has(name))
            return merged;
        var list = TypeOf(type, name);
        StrategicLists.CheckOrder(changes, order, list);
        var now = !merged.Has(name) ? (TreeList)StrategicDirectives.Plain(changes)!
            : !patch.Has(name) ? there
            : StrategicLists.Merge(there, changes, list);
        return merged.With(name, StrategicLists.Arrange(now, order, there, list));
    }

    private static bool Replaces(TypeDescriptor type) => type.PatchStrategy.HasFlag(PatchStrategies.Replace);

    private static TypeDescriptor TypeOf(TypeDescriptor type, string name) => type.Shape switch
    {
        ValueShape.Struct => type.Fields.Find(name)?.Type ?? TypeDescriptor.Untyped,
        ValueShape.Map => type.Values ?? TypeDescriptor.Untyped,
        _ => TypeDescriptor.Untyped,
    };
}
