using System.Collections;

namespace ControlPlane.Machinery.Trees;

/// <summary>A list of values.</summary>
public sealed class TreeList : TreeValue, IReadOnlyList<TreeValue>
{
    private readonly TreeValue[] _items;

    private TreeList(TreeValue[] items) => _items = items;

    /// <summary>The list without items.</summary>
    public static TreeList Empty { get; } = new([]);

    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.List;

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <summary>The items, without an enumerator.</summary>
    public ReadOnlySpan<TreeValue> Items => _items;

    /// <inheritdoc/>
    public TreeValue this[int index] => _items[index];

    /// <summary>A list of a copy of these items.</summary>
    public static TreeList Of(params ReadOnlySpan<TreeValue> items) => items.IsEmpty ? Empty : new TreeList(items.ToArray());

    /// <summary>A list of a copy of these items.</summary>
    public static TreeList From(IEnumerable<TreeValue> items) => Own([.. items]);

    /// <summary>A list of this very array, which nobody may change from now on.</summary>
    internal static TreeList Own(TreeValue[] items) => items.Length == 0 ? Empty : new TreeList(items);

    /// <summary>The same with one item replaced.</summary>
    public TreeList With(int index, TreeValue item)
    {
        var items = (TreeValue[])_items.Clone();
        items[index] = item;
        return new TreeList(items);
    }

    /// <summary>The same with one item more, before the one at the index (or last).</summary>
    public TreeList WithInserted(int index, TreeValue item) =>
        new([.. _items.AsSpan(0, index), item, .. _items.AsSpan(index)]);

    /// <summary>The same without the item at the index.</summary>
    public TreeList Without(int index) =>
        _items.Length == 1 ? Empty : new([.. _items.AsSpan(0, index), .. _items.AsSpan(index + 1)]);

    /// <summary>Is an equal item in the list?</summary>
    public bool Contains(TreeValue item) => Array.Exists(_items, one => one.Equals(item));

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        return other is TreeList list && _items.AsSpan().SequenceEqual(list._items);
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<TreeValue> GetEnumerator() => ((IEnumerable<TreeValue>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
