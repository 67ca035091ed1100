namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Collects paths; cheapest when they come in order, as walks over sorted trees produce them.</summary>
internal sealed class FieldSetBuilder
{
    private Node? _root;

    /// <summary>Were no paths inserted?</summary>
    public bool IsEmpty => _root is null;

    /// <summary>Inserts a path of at least one element.</summary>
    public void Insert(ReadOnlySpan<PathElement> path)
    {
        var node = _root ??= new Node();
        for (var depth = 0; depth < path.Length - 1; depth++)
        {
            var index = node.Place(path[depth]);
            node = node.Items[index].Below ??= new Node();
        }

        var last = node.Place(path[^1]);
        node.Items[last].IsMember = true;
    }

    /// <summary>The set.</summary>
    public FieldSet Build() => _root?.Build() ?? FieldSet.Empty;

    private struct Item
    {
        public PathElement Element;
        public bool IsMember;
        public Node? Below;
    }

    private sealed class Node
    {
        private int _count;

        public Item[] Items { get; private set; } = new Item[4];

        /// <summary>The index of the element, inserted where it belongs if it is new.</summary>
        public int Place(PathElement element)
        {
            int low = 0, high = _count - 1;
            // The last one first: walks come in order.
            if (high >= 0 && Items[high].Element.CompareTo(element) is <= 0 and var last)
            {
                if (last == 0)
                    return high;
                low = _count;
            }

            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                var sign = Items[middle].Element.CompareTo(element);
                if (sign == 0)
                    return middle;
                if (sign < 0)
                    low = middle + 1;
                else
                    high = middle - 1;
            }

            if (_count == Items.Length)
            {
                var grown = Items;
                Array.Resize(ref grown, _count * 2);
                Items = grown;
            }

            Array.Copy(Items, low, Items, low + 1, _count - low);
            Items[low] = new Item { Element = element };
            _count++;
            return low;
        }

        public FieldSet Build()
        {
            var entries = new FieldSetEntry[_count];
            for (var index = 0; index < _count; index++)
                entries[index] = new FieldSetEntry(Items[index].Element, Items[index].IsMember, Items[index].Below?.Build());
            return FieldSet.Own(entries);
        }
    }
}
