namespace ControlPlane.Machinery.Trees;

/// <summary>The total order of values that server-side apply sorts keys by: numbers, strings, booleans, lists, objects, null.</summary>
internal static class TreeOrder
{
    /// <summary>Less than zero, zero or more than zero.</summary>
    public static int Compare(TreeValue one, TreeValue other)
    {
        var sign = Rank(one).CompareTo(Rank(other));
        if (sign != 0 || ReferenceEquals(one, other))
            return sign;
        return (one, other) switch
        {
            (TreeInteger left, TreeInteger right) => left.Value.CompareTo(right.Value),
            (TreeInteger or TreeNumber, _) => Double(one).CompareTo(Double(other)),
            (TreeString left, TreeString right) => string.CompareOrdinal(left.Value, right.Value),
            (TreeBoolean left, TreeBoolean right) => left.Value.CompareTo(right.Value),
            (TreeList left, TreeList right) => Compare(left, right),
            (TreeObject left, TreeObject right) => Compare(left, right),
            _ => 0,
        };
    }

    /// <summary>Member by member, names before values.</summary>
    public static int Compare(TreeObject one, TreeObject other)
    {
        for (var index = 0; index < one.Count && index < other.Count; index++)
        {
            var sign = string.CompareOrdinal(one.Names[index], other.Names[index]);
            if (sign == 0)
                sign = Compare(one.Values[index], other.Values[index]);
            if (sign != 0)
                return sign;
        }

        return one.Count.CompareTo(other.Count);
    }

    private static int Compare(TreeList one, TreeList other)
    {
        for (var index = 0; index < one.Count && index < other.Count; index++)
        {
            if (Compare(one[index], other[index]) is not 0 and var sign)
                return sign;
        }

        return one.Count.CompareTo(other.Count);
    }

    private static int Rank(TreeValue value) => value.Kind switch
    {
        TreeKind.Integer or TreeKind.Number => 0,
        TreeKind.String => 1,
        TreeKind.Boolean => 2,
        TreeKind.List => 3,
        TreeKind.Object => 4,
        _ => 5,
    };

    private static double Double(TreeValue value) => value is TreeInteger integer ? integer.Value : ((TreeNumber)value).Value;
}
