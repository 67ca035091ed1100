using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Merges an applied configuration into the live object: scalars and atomic values are taken from it, objects and keyed lists are joined.</summary>
/// <remarks>
/// Where nothing changes the live value itself is returned, so that what follows can stop at equal references. Null replaces a scalar or atomic value, but
/// joins with an object or keyed list as an empty one.
/// </remarks>
internal static class TypedMerge
{
    /// <summary>The live object with the applied one merged in.</summary>
    public static TreeObject Merge(TypeDescriptor type, TreeObject live, TreeObject applied) => (TreeObject)Value(type, live, applied);

    private static TreeValue Value(TypeDescriptor type, TreeValue live, TreeValue applied)
    {
        if (ReferenceEquals(live, applied))
            return live;
        var granularity = Structure.Of(type, live);
        if (granularity == Structure.Of(type, applied))
        {
            if (granularity == Granularity.Members && !(IsVacant(live) && IsVacant(applied)))
                return Members(type, live as TreeObject ?? TreeObject.Empty, applied as TreeObject ?? TreeObject.Empty);
            if (granularity == Granularity.Items && !(IsVacant(live) && IsVacant(applied)))
                return Items(type, live as TreeList ?? TreeList.Empty, applied as TreeList ?? TreeList.Empty);
        }

        return live.Equals(applied) ? live : applied;
    }

    private static TreeObject Members(TypeDescriptor type, TreeObject live, TreeObject applied)
    {
        if (live.Count == 0)
            return applied;
        TreeObject.Builder? changed = null;
        var left = 0;
        for (var right = 0; right < applied.Count; right++)
        {
            var (name, value) = applied[right];
            for (; left < live.Count && string.CompareOrdinal(live.Names[left], name) < 0; left++)
                changed?.Set(live.Names[left], live.Values[left]);
            var there = left < live.Count && live.Names[left] == name ? live.Values[left] : null;
            var merged = there is null ? value : Value(Structure.Member(type, name).Type, there, value);
            if (changed is null && !ReferenceEquals(merged, there))
                changed = Start(live, left, live.Count + applied.Count - right);
            changed?.Set(name, merged);
            if (there is not null)
                left++;
        }

        if (changed is null)
            return live;
        for (; left < live.Count; left++)
            changed.Set(live.Names[left], live.Values[left]);
        return changed.Build();
    }

    /// <summary>
    /// Items keep their live order, except that items of both stand to each other as applied; new items stand where the applied list has them, before
    /// the shared item that follows there.
    /// </summary>
    private static TreeList Items(TypeDescriptor type, TreeList live, TreeList applied)
    {
        var (left, right) = (new ItemIndex(type, live), new ItemIndex(type, applied));
        var merged = new List<TreeValue>(Math.Max(left.Count, right.Count));
        int l = 0, r = 0, shared = NextShared(left, right, 0);
        while (l < left.Count || r < right.Count)
        {
            if (l < left.Count)
            {
                var place = right.IndexOf(left.ElementAt(l));
                if (place < 0)
                {
                    merged.Add(left.ItemAt(l++));
                    continue;
                }

                // A shared item whose turn has not come, or is over.
                if (place != r && (place < r || place != shared))
                {
                    l++;
                    if (r == right.Count || shared < right.Count)
                        continue;
                }
                else if (place == r)
                {
                    l++;
                }
            }

            merged.Add(Item(type, left.Single(right.ElementAt(r)), right.ItemAt(r)));
            if (r++ == shared)
                shared = NextShared(left, right, r);
        }

        return IsSame(merged, live) ? live : TreeList.From(merged);
    }

    private static TreeValue Item(TypeDescriptor type, TreeValue? live, TreeValue applied) =>
        live is null ? applied : Value(Structure.Item(type), live, applied);

    private static int NextShared(ItemIndex left, ItemIndex right, int from)
    {
        while (from < right.Count && left.IndexOf(right.ElementAt(from)) < 0)
            from++;
        return from;
    }

    private static bool IsSame(List<TreeValue> merged, TreeList live)
    {
        if (merged.Count != live.Count)
            return false;
        for (var index = 0; index < merged.Count; index++)
        {
            if (!ReferenceEquals(merged[index], live[index]))
                return false;
        }

        return true;
    }

    private static TreeObject.Builder Start(TreeObject live, int count, int capacity)
    {
        var builder = new TreeObject.Builder(capacity);
        for (var index = 0; index < count; index++)
            builder.Set(live.Names[index], live.Values[index]);
        return builder;
    }

    private static bool IsVacant(TreeValue value) => value is TreeNull or TreeObject { Count: 0 } or TreeList { Count: 0 };
}
