using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>The names that mean something of their own in a strategic merge patch.</summary>
internal static class StrategicDirectives
{
    public const string Patch = "$patch";
    public const string RetainKeys = "$retainKeys";
    public const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";
    public const string SetElementOrder = "$setElementOrder/";

    /// <summary>Is the name a directive?</summary>
    public static bool IsDirective(string name) =>
        name.StartsWith('$') && (name is Patch or RetainKeys
            || name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal) || name.StartsWith(SetElementOrder, StringComparison.Ordinal));

    /// <summary>A patch's value where the original has none: without directives and nulls. Null for an object with $patch: whatever it says, upstream takes nothing of it.</summary>
    public static TreeValue? Plain(TreeValue value)
    {
        switch (value)
        {
            case TreeObject members when members.Has(Patch):
                return null;
            case TreeObject members:
                var plain = new TreeObject.Builder(members.Count);
                foreach (var (name, member) in members)
                {
                    if (!IsDirective(name) && !member.IsNull && Plain(member) is { } kept)
                        plain.Set(name, kept);
                }

                return plain.Build();
            case TreeList items:
                return TreeList.From(items.Where(static item => !item.IsNull).Select(Plain).OfType<TreeValue>());
            default:
                return value;
        }
    }

    public static PatchFormatException UnknownPatchType(TreeValue type, TreeObject patch) =>
        new($"unknown patch type: {GoText.Print(type)} in map: {GoText.Print(patch)}");

    public static PatchFormatException NoMergeKey(TreeValue item, string mergeKey) =>
        new($"map: {GoText.Print(item)} does not contain declared merge key: {mergeKey}");
}
