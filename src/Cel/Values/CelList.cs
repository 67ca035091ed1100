namespace ControlPlane.Cel.Values;

/// <summary>A list in memory.</summary>
public sealed class CelList(IReadOnlyList<CelValue> values) : ICelList
{
    /// <summary>The list without elements.</summary>
    public static CelList Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => values.Count;

    /// <inheritdoc/>
    public CelValue this[int index] => values[index];
}

/// <summary>Two lists, one after the other, without a copy of either.</summary>
internal sealed class ConcatenatedList(ICelList first, ICelList second) : ICelList
{
    /// <summary>Past this depth a chain of concatenations is copied, so that reading stays quick and the stack shallow.</summary>
    private const int DepthMax = 16;

    private readonly int _depth = 1 + Math.Max(DepthOf(first), DepthOf(second));

    public int Count { get; } = checked(first.Count + second.Count);

    public CelValue this[int index] => index < first.Count ? first[index] : second[index - first.Count];

    public static ICelList Join(ICelList first, ICelList second)
    {
        if (first.Count == 0)
            return second;
        if (second.Count == 0)
            return first;
        var joined = new ConcatenatedList(first, second);
        return joined._depth <= DepthMax ? joined : new CelList(joined.Copy());
    }

    private CelValue[] Copy()
    {
        var all = new CelValue[Count];
        for (var i = 0; i < all.Length; i++)
            all[i] = this[i];
        return all;
    }

    private static int DepthOf(ICelList list) => list is ConcatenatedList concatenated ? concatenated._depth : 0;
}
