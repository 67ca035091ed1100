using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>The items of a list whose items are owned one by one, found by what names them. Items that cannot be named are left out.</summary>
internal sealed class ItemIndex
{
    private const int ScanLimit = 8;
    private readonly List<PathElement> _elements;
    private readonly List<TreeValue> _items;
    private readonly int[] _first;
    private readonly Dictionary<PathElement, int>? _places;

    public ItemIndex(TypeDescriptor type, TreeList? list)
    {
        var count = list?.Count ?? 0;
        _elements = new List<PathElement>(count);
        _items = new List<TreeValue>(count);
        foreach (var item in list is null ? [] : list.Items)
        {
            if (Structure.Element(type, item, out _) is not { } element)
                continue;
            _elements.Add(element);
            _items.Add(item);
        }

        if (_elements.Count > ScanLimit)
            _places = new Dictionary<PathElement, int>(_elements.Count);
        _first = new int[_elements.Count];
        for (var index = 0; index < _first.Length; index++)
        {
            _first[index] = IndexOf(_elements[index], index);
            _places?.TryAdd(_elements[index], index);
            if (_first[index] < 0)
                _first[index] = index;
            else
                HasDuplicates = true;
        }
    }

    public int Count => _elements.Count;

    /// <summary>Does one name stand twice?</summary>
    public bool HasDuplicates { get; }

    public PathElement ElementAt(int index) => _elements[index];

    public TreeValue ItemAt(int index) => _items[index];

    /// <summary>Is the item at this index the first of its name?</summary>
    public bool IsFirst(int index) => _first[index] == index;

    /// <summary>The first item of that name; -1 where there is none.</summary>
    public int IndexOf(PathElement element) => IndexOf(element, _elements.Count);

    /// <summary>The only item of that name; null where there is none, or more than one.</summary>
    public TreeValue? Single(PathElement element)
    {
        var index = IndexOf(element);
        return index < 0 || (HasDuplicates && Occurrences(element) > 1) ? null : _items[index];
    }

    /// <summary>All items of that name, in their order.</summary>
    public List<TreeValue> All(PathElement element)
    {
        var all = new List<TreeValue>(1);
        var first = IndexOf(element);
        if (first < 0)
            return all;
        all.Add(_items[first]);
        for (var index = first + 1; HasDuplicates && index < Count; index++)
        {
            if (_first[index] == first)
                all.Add(_items[index]);
        }

        return all;
    }

    private int Occurrences(PathElement element) => All(element).Count;

    private int IndexOf(PathElement element, int end)
    {
        if (_places is not null)
            return _places.TryGetValue(element, out var place) ? place : -1;
        for (var index = 0; index < end; index++)
        {
            if (_elements[index].Equals(element))
                return index;
        }

        return -1;
    }
}
