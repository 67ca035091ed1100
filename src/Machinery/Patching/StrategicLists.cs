using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>Lists under strategic merge patch: merged by key or as sets where the strategy says merge, else replaced.</summary>
/// <remarks>
/// The order that results: items that the patch names stand in the patch's order; items that only the server has keep their place before those of the
/// patch's items that they stood before, and follow otherwise.
/// </remarks>
internal static class StrategicLists
{
    /// <summary>The list with the patch's items merged in.</summary>
    public static TreeList Merge(TreeList original, TreeList patch, TypeDescriptor type)
    {
        if (!type.PatchStrategy.HasFlag(PatchStrategies.Merge))
            return (TreeList)StrategicDirectives.Plain(patch)!;
        if (original.Count == 0 && patch.Count == 0)
            return original;
        if (!AreObjects(original, patch))
            return Arrange(Distinct(original.Concat(patch)), patch, original, type);
        if (type.PatchMergeKey is not { } key)
            throw new PatchFormatException($"cannot merge lists without merge key for {type.Items?.Name ?? type.Name}");
        var (rest, changes) = Special(original, patch, key);
        return Arrange(ByKey(rest, changes, key, type.Items ?? TypeDescriptor.Untyped), TreeList.From(changes), TreeList.From(rest), type);
    }

    /// <summary>The list without these scalars.</summary>
    public static TreeList Delete(TreeList original, TreeList doomed)
    {
        var gone = doomed.ToHashSet();
        return TreeList.From(original.Where(item => !gone.Contains(item)));
    }

    /// <summary>Does the order name all items of the patch, in the order in which the patch has them?</summary>
    /// <exception cref="PatchFormatException">It does not.</exception>
    public static void CheckOrder(TreeList patch, TreeList order, TypeDescriptor type)
    {
        var at = 0;
        foreach (var item in patch)
        {
            if (item is TreeObject members && members.Has(StrategicDirectives.Patch))
                continue;
            var key = KeyOf(item, type);
            while (at < order.Count && !TreeValue.Same(KeyOf(order[at], type), key))
                at++;
            if (at++ >= order.Count)
                throw new PatchFormatException($"The order in patch list:\n{GoText.Print(patch)}\n doesn't match $setElementOrder list:\n{GoText.Print(order)}\n");
        }
    }

    /// <summary>Puts the items into order: those that the order names as it names them, the others where the server had them.</summary>
    public static TreeList Arrange(TreeList items, TreeList order, TreeList server, TypeDescriptor type)
    {
        var (named, had) = (Places(order, type), Places(server, type));
        var ranked = items.Select(item => (Item: item, Key: KeyOf(item, type)))
            .Select(item => (item.Item, Named: Place(named, item.Key), Had: Place(had, item.Key))).ToList();
        var patched = ranked.Where(static item => item.Named >= 0).OrderBy(static item => item.Named).ToList();
        var others = ranked.Where(static item => item.Named < 0).OrderBy(static item => item.Had).ToList();
        var arranged = new List<TreeValue>(items.Count);
        int one = 0, two = 0;
        while (one < others.Count || two < patched.Count)
        {
            var isOther = two == patched.Count
                || (one < others.Count && others[one].Had >= 0 && patched[two].Had >= 0 && others[one].Had < patched[two].Had);
            arranged.Add(isOther ? others[one++].Item : patched[two++].Item);
        }

        return TreeList.From(arranged);
    }

    private static (List<TreeValue> Original, List<TreeValue> Patch) Special(TreeList original, TreeList patch, string key)
    {
        var changes = new List<TreeValue>(patch.Count);
        var doomed = new HashSet<TreeValue>();
        var replaces = false;
        foreach (var item in patch)
        {
            var members = (TreeObject)item;
            switch (members[StrategicDirectives.Patch])
            {
                case null:
                    changes.Add(item);
                    break;
                case TreeString { Value: "delete" }:
                    doomed.Add(members[key] ?? throw StrategicDirectives.NoMergeKey(item, key));
                    break;
                case TreeString { Value: "replace" }:
                    replaces = true;
                    break;
                case TreeString { Value: "merge" }:
                    throw new PatchFormatException("merging lists cannot yet be specified in the patch");
                case var directive:
                    throw StrategicDirectives.UnknownPatchType(directive, members);
            }
        }

        if (replaces)
            return ([.. changes.Select(StrategicDirectives.Plain).OfType<TreeValue>()], []);
        return ([.. original.Where(item => (item as TreeObject)?[key] is not { } value || !doomed.Contains(value))], changes);
    }

    private static TreeList ByKey(List<TreeValue> original, List<TreeValue> patch, string key, TypeDescriptor item)
    {
        var merged = new List<TreeValue>(original);
        var places = new Dictionary<TreeValue, int>();
        for (var index = 0; index < merged.Count; index++)
        {
            if ((merged[index] as TreeObject)?[key] is { } value)
                places.TryAdd(value, index);
        }

        foreach (var change in patch)
        {
            var name = ((TreeObject)change)[key] ?? throw StrategicDirectives.NoMergeKey(change, key);
            if (places.TryGetValue(name, out var place))
            {
                merged[place] = StrategicObjects.Merge((TreeObject)merged[place], (TreeObject)change, item);
                continue;
            }

            places.Add(name, merged.Count);
            merged.Add(StrategicDirectives.Plain(change)!);
        }

        return TreeList.From(merged);
    }

    /// <summary>All items objects, or none; lists inside lists are not supported.</summary>
    private static bool AreObjects(TreeList original, TreeList patch)
    {
        var kind = (original.Count > 0 ? original[0] : patch[0]).Kind;
        foreach (var item in original.Concat(patch))
        {
            if (item.Kind == TreeKind.List)
                throw new PatchFormatException("lists of lists are not supported");
            if (item.Kind != kind)
                throw new PatchFormatException($"list element types are not identical: {GoText.Print(original)} {GoText.Print(patch)}");
        }

        return kind == TreeKind.Object;
    }

    private static TreeList Distinct(IEnumerable<TreeValue> items) => TreeList.From(items.Distinct());

    private static TreeValue? KeyOf(TreeValue item, TypeDescriptor type) =>
        type.PatchMergeKey is { } key && item is TreeObject members ? members[key] : item;

    private static int Place(Dictionary<TreeValue, int> places, TreeValue? key) => key is not null && places.TryGetValue(key, out var place) ? place : -1;

    private static Dictionary<TreeValue, int> Places(TreeList list, TypeDescriptor type)
    {
        var places = new Dictionary<TreeValue, int>(list.Count);
        for (var index = 0; index < list.Count; index++)
        {
            if (KeyOf(list[index], type) is { } key)
                places.TryAdd(key, index);
        }

        return places;
    }
}
