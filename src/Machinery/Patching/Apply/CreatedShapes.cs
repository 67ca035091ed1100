using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>
/// What the creators of the latest objects of one type own. Objects are mostly made by programs, one like the other (a controller's pods, events, leases):
/// who creates one that differs from an earlier one in scalars alone owns the same fields, and has the same set, text included.
/// </summary>
/// <remarks>
/// Two objects have one shape when everything that <see cref="TypedComparison"/> looks at is the same: names, keys of list items, values in sets, and
/// whether a value is the zero that is always there. At most four objects are kept, none with more than 8 KiB of text.
/// </remarks>
internal sealed class CreatedShapes(TypeDescriptor type)
{
    private const int MaximumCount = 4;
    private const int MaximumWeight = 8 * 1024;

    private readonly TreeObject _zero = EmptyObject.Of(type);
    private Example[] _examples = [];

    /// <summary>What the creator of this object owns.</summary>
    public FieldSet Owned(TreeObject created, Func<TreeObject, FieldSet> find)
    {
        foreach (var example in Volatile.Read(ref _examples))
        {
            if (IsAlike(type, _zero, example.Object, created))
                return example.Owned;
        }

        var owned = find(created);
        if (Weight(created) <= MaximumWeight)
            Keep(new Example(created, owned));
        return owned;
    }

    // Two creators at once may lose one of the examples; nothing depends on its being kept.
    private void Keep(Example example) => Volatile.Write(ref _examples, [example, .. _examples.Take(MaximumCount - 1)]);

    private static bool IsAlike(TypeDescriptor type, TreeValue? zero, TreeValue one, TreeValue other)
    {
        if (ReferenceEquals(one, other))
            return true;
        var granularity = Structure.Of(type, one);
        if (granularity != Structure.Of(type, other) || TypedComparison.IsVacant(one) != TypedComparison.IsVacant(other))
            return false;
        if (granularity == Granularity.Whole || (TypedComparison.IsVacant(zero) && TypedComparison.IsVacant(one)))
            return zero is null || zero.Equals(one) == zero.Equals(other);
        return (one, other) switch
        {
            (TreeObject left, TreeObject right) => AreMembersAlike(type, zero as TreeObject, left, right),
            (TreeList left, TreeList right) => zero is null or TreeNull && AreItemsAlike(type, left, right),
            _ => false,
        };
    }

    private static bool AreMembersAlike(TypeDescriptor type, TreeObject? zero, TreeObject one, TreeObject other)
    {
        if (one.Count != other.Count)
            return false;
        for (var index = 0; index < one.Count; index++)
        {
            var name = one.Names[index];
            if (name != other.Names[index] || !IsAlike(Structure.Member(type, name).Type, zero?[name], one.Values[index], other.Values[index]))
                return false;
        }

        return true;
    }

    private static bool AreItemsAlike(TypeDescriptor type, TreeList one, TreeList other)
    {
        if (one.Count != other.Count)
            return false;
        for (var index = 0; index < one.Count; index++)
        {
            if (!HaveOneName(type, one[index], other[index]) || !IsAlike(Structure.Item(type), null, one[index], other[index]))
                return false;
        }

        return true;
    }

    private static bool HaveOneName(TypeDescriptor type, TreeValue one, TreeValue other)
    {
        if (type.Topology == ListTopology.Set)
            return one.Equals(other);
        if (one is not TreeObject left || other is not TreeObject right)
            return false;
        foreach (var key in type.MapKeys)
        {
            if (!Equals(left[key], right[key]))
                return false;
        }

        return true;
    }

    private static int Weight(TreeValue value) => value switch
    {
        TreeString text => text.Value.Length,
        TreeObject members => members.Sum(static member => member.Name.Length + Weight(member.Value)),
        TreeList items => items.Sum(Weight),
        _ => 1,
    };

    private sealed record Example(TreeObject Object, FieldSet Owned);
}
