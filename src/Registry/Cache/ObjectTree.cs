namespace ControlPlane.Registry.Cache;

/// <summary>
/// Objects by path: an immutable B-tree. A change copies the few nodes on the way down and shares all others, so that every version of the tree is a
/// snapshot that costs next to nothing to keep, and a list can be streamed from one while others write.
/// </summary>
/// <remarks>
/// Invariants: all leaves are at one depth; items are in ordinal order of their paths (the store's order, as paths are ASCII); no node but the root is empty;
/// <see cref="Count"/> is the number of items below, so that a rank is found on the way down.
/// </remarks>
internal sealed class ObjectTree
{
    // Small enough that a copied path is about 1 kB, large enough that 100,000 objects are four levels deep.
    private const int MaxWidth = 32;

    private readonly StoredObject[]? _items;
    private readonly ObjectTree[] _children;
    private readonly string _lowest;

    private ObjectTree(StoredObject[] items)
    {
        _items = items;
        _children = [];
        _lowest = items.Length == 0 ? "" : items[0].Path;
        Count = items.Length;
    }

    private ObjectTree(ObjectTree[] children)
    {
        _children = children;
        _lowest = children[0]._lowest;
        foreach (var child in children)
            Count += child.Count;
    }

    /// <summary>No objects.</summary>
    public static ObjectTree Empty { get; } = new(Array.Empty<StoredObject>());

    /// <summary>How many objects.</summary>
    public int Count { get; }

    private int Width => _items?.Length ?? _children.Length;

    /// <summary>A tree of objects that are in order and of different paths.</summary>
    public static ObjectTree Build(IReadOnlyList<StoredObject> sorted)
    {
        if (sorted.Count == 0)
            return Empty;
        var level = Chunk(sorted, static items => new ObjectTree(items));
        while (level.Count > 1)
            level = Chunk(level, static children => new ObjectTree(children));
        return level[0];
    }

    /// <summary>The object of that path, or null.</summary>
    public StoredObject? Find(string path)
    {
        var node = this;
        while (node._items is null)
            node = node._children[node.ChildOf(path)];
        var index = node.IndexOf(path);
        return index < 0 ? null : node._items[index];
    }

    /// <summary>How many objects come before that path.</summary>
    public int Rank(string path)
    {
        var node = this;
        var before = 0;
        while (node._items is null)
        {
            var child = node.ChildOf(path);
            for (var i = 0; i < child; i++)
                before += node._children[i].Count;
            node = node._children[child];
        }

        var index = node.IndexOf(path);
        return before + (index < 0 ? ~index : index);
    }

    /// <summary>The tree with that object in the place of the one of its path.</summary>
    public ObjectTree Set(StoredObject value)
    {
        var (left, right) = Put(value);
        return right is null ? left : new ObjectTree([left, right]);
    }

    /// <summary>The tree without the object of that path; this very tree when there is none.</summary>
    public ObjectTree Remove(string path)
    {
        var root = Take(path);
        if (root is null)
            return Empty;
        while (root._children.Length == 1)
            root = root._children[0];
        return root;
    }

    /// <summary>The objects from that path on ("" for all), in order, until one does not begin with the prefix.</summary>
    public IEnumerable<StoredObject> From(string start, string prefix)
    {
        var way = new Stack<(ObjectTree Node, int Next)>();
        var node = this;
        while (node._items is null)
        {
            var child = node.ChildOf(start);
            way.Push((node, child + 1));
            node = node._children[child];
        }

        var first = node.IndexOf(start);
        if (first < 0)
            first = ~first;
        while (true)
        {
            for (var i = first; i < node._items!.Length; i++)
            {
                if (!node._items[i].Path.StartsWith(prefix, StringComparison.Ordinal))
                    yield break;
                yield return node._items[i];
            }

            if (!Advance(way, ref node))
                yield break;
            first = 0;
        }
    }

    private static bool Advance(Stack<(ObjectTree Node, int Next)> way, ref ObjectTree node)
    {
        while (way.TryPop(out var place))
        {
            if (place.Next >= place.Node._children.Length)
                continue;
            way.Push((place.Node, place.Next + 1));
            node = place.Node._children[place.Next];
            while (node._items is null)
            {
                way.Push((node, 1));
                node = node._children[0];
            }

            return true;
        }

        return false;
    }

    private static List<ObjectTree> Chunk<T>(IReadOnlyList<T> parts, Func<T[], ObjectTree> make)
    {
        // Filled to three quarters, so that the first inserts do not split every node.
        const int Filled = MaxWidth * 3 / 4;
        var made = new List<ObjectTree>((parts.Count / Filled) + 1);
        for (var i = 0; i < parts.Count; i += Filled)
        {
            var chunk = new T[Math.Min(Filled, parts.Count - i)];
            for (var j = 0; j < chunk.Length; j++)
                chunk[j] = parts[i + j];
            made.Add(make(chunk));
        }

        return made;
    }

    private (ObjectTree Left, ObjectTree? Right) Put(StoredObject value)
    {
        if (_items is not null)
        {
            var index = IndexOf(value.Path);
            return index >= 0
                ? (new ObjectTree(Replaced(_items, index, value)), null)
                : Split(Inserted(_items, ~index, value), static items => new ObjectTree(items));
        }

        var child = ChildOf(value.Path);
        var (left, right) = _children[child].Put(value);
        var children = Replaced(_children, child, left);
        return right is null
            ? (new ObjectTree(children), null)
            : Split(Inserted(children, child + 1, right), static nodes => new ObjectTree(nodes));
    }

    private ObjectTree? Take(string path)
    {
        if (_items is not null)
        {
            var index = IndexOf(path);
            if (index < 0)
                return this;
            return _items.Length == 1 ? null : new ObjectTree(Without(_items, index));
        }

        var child = ChildOf(path);
        var taken = _children[child].Take(path);
        if (ReferenceEquals(taken, _children[child]))
            return this;
        if (taken is null)
            return _children.Length == 1 ? null : new ObjectTree(Without(_children, child));
        return new ObjectTree(Merged(Replaced(_children, child, taken), child));
    }

    // Joins a child that has become thin with its right or left neighbour where both fit into half a node.
    private static ObjectTree[] Merged(ObjectTree[] children, int thin)
    {
        if (children.Length == 1 || children[thin].Width > MaxWidth / 4)
            return children;
        var left = thin + 1 < children.Length ? thin : thin - 1;
        var (a, b) = (children[left], children[left + 1]);
        if (a.Width + b.Width > MaxWidth / 2)
            return children;
        var joined = a._items is not null ? new ObjectTree([.. a._items, .. b._items!]) : new ObjectTree([.. a._children, .. b._children]);
        return Without(Replaced(children, left, joined), left + 1);
    }

    private static (ObjectTree Left, ObjectTree? Right) Split<T>(T[] parts, Func<T[], ObjectTree> make) => parts.Length <= MaxWidth
        ? (make(parts), null)
        : (make(parts[..(parts.Length / 2)]), make(parts[(parts.Length / 2)..]));

    private static T[] Replaced<T>(T[] parts, int index, T value)
    {
        var copy = (T[])parts.Clone();
        copy[index] = value;
        return copy;
    }

    private static T[] Inserted<T>(T[] parts, int index, T value)
    {
        var copy = new T[parts.Length + 1];
        Array.Copy(parts, copy, index);
        copy[index] = value;
        Array.Copy(parts, index, copy, index + 1, parts.Length - index);
        return copy;
    }

    private static T[] Without<T>(T[] parts, int index)
    {
        var copy = new T[parts.Length - 1];
        Array.Copy(parts, copy, index);
        Array.Copy(parts, index + 1, copy, index, copy.Length - index);
        return copy;
    }

    // The last child that does not begin after the path.
    private int ChildOf(string path)
    {
        int low = 1, high = _children.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (string.CompareOrdinal(_children[middle]._lowest, path) <= 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return low - 1;
    }

    private int IndexOf(string path)
    {
        int low = 0, high = _items!.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_items[middle].Path, path);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}
