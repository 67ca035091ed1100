using System.Collections;

namespace ControlPlane.Machinery.Trees;

/// <summary>An object: names and values, sorted by name as Go writes maps.</summary>
/// <remarks>
/// Two arrays side by side, ordered by ordinal comparison of the names: small to hold, found by scan or binary search, and two objects are compared or
/// merged by one walk over both. Changing one member copies the arrays; many changes go through <see cref="Builder"/>.
/// </remarks>
public sealed class TreeObject : TreeValue, IReadOnlyList<TreeMember>
{
    private const int ScanLimit = 8;
    private readonly string[] _names;
    private readonly TreeValue[] _values;

    private TreeObject(string[] names, TreeValue[] values)
    {
        _names = names;
        _values = values;
    }

    /// <summary>The object without members.</summary>
    public static TreeObject Empty { get; } = new([], []);

    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.Object;

    /// <inheritdoc/>
    public int Count => _names.Length;

    /// <summary>The names in order.</summary>
    public ReadOnlySpan<string> Names => _names;

    /// <summary>The values in the order of their names.</summary>
    public ReadOnlySpan<TreeValue> Values => _values;

    /// <inheritdoc/>
    public TreeMember this[int index] => new(_names[index], _values[index]);

    /// <summary>The value of that name; null where it is absent.</summary>
    public TreeValue? this[string name] => IndexOf(name) is >= 0 and var index ? _values[index] : null;

    /// <summary>An object of these members; of two with one name the last counts.</summary>
    public static TreeObject Of(params ReadOnlySpan<TreeMember> members)
    {
        var copy = members.ToArray();
        return FromMembers(copy);
    }

    /// <summary>Is there a member of that name?</summary>
    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>The object of that name; null where it is absent or something else.</summary>
    public TreeObject? Object(string name) => this[name] as TreeObject;

    /// <summary>The list of that name; null where it is absent or something else.</summary>
    public TreeList? List(string name) => this[name] as TreeList;

    /// <summary>The string of that name; null where it is absent or something else.</summary>
    public string? String(string name) => (this[name] as TreeString)?.Value;

    /// <summary>The same with that member set.</summary>
    public TreeObject With(string name, TreeValue value)
    {
        var index = IndexOf(name);
        if (index >= 0)
        {
            if (ReferenceEquals(_values[index], value))
                return this;
            var values = (TreeValue[])_values.Clone();
            values[index] = value;
            return new TreeObject(_names, values);
        }

        index = ~index;
        return new TreeObject(
            [.. _names.AsSpan(0, index), name, .. _names.AsSpan(index)],
            [.. _values.AsSpan(0, index), value, .. _values.AsSpan(index)]);
    }

    /// <summary>The same without that member; itself where there is none.</summary>
    public TreeObject Without(string name)
    {
        var index = IndexOf(name);
        if (index < 0)
            return this;
        return Count == 1
            ? Empty
            : new TreeObject(
                [.. _names.AsSpan(0, index), .. _names.AsSpan(index + 1)],
                [.. _values.AsSpan(0, index), .. _values.AsSpan(index + 1)]);
    }

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        return other is TreeObject that
            && Count == that.Count
            && (ReferenceEquals(_names, that._names) || _names.AsSpan().SequenceEqual(that._names))
            && _values.AsSpan().SequenceEqual(that._values);
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var index = 0; index < Count; index++)
        {
            hash.Add(_names[index]);
            hash.Add(_values[index]);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<TreeMember> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
            yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Sorts the members in place and makes an object of them; calls back for every name that stood there before.</summary>
    internal static TreeObject FromMembers(Span<TreeMember> members, Action<string>? duplicate = null)
    {
        if (members.IsEmpty)
            return Empty;
        if (IsSorted(members))
            return Copy(members);
        Sort(members);
        var count = 0;
        for (var index = 1; index < members.Length; index++)
        {
            if (members[index].Name == members[count].Name)
                duplicate?.Invoke(members[index].Name);
            else
                count++;
            members[count] = members[index];
        }

        return Copy(members[..(count + 1)]);
    }

    private static TreeObject Copy(ReadOnlySpan<TreeMember> members)
    {
        var names = new string[members.Length];
        var values = new TreeValue[members.Length];
        for (var index = 0; index < members.Length; index++)
            (names[index], values[index]) = members[index];
        return new TreeObject(names, values);
    }

    private static bool IsSorted(ReadOnlySpan<TreeMember> members)
    {
        for (var index = 1; index < members.Length; index++)
        {
            if (string.CompareOrdinal(members[index - 1].Name, members[index].Name) >= 0)
                return false;
        }

        return true;
    }

    // Stable, so that the last of two equal names is the last that was written: insertion for the few members most objects have, a keyed sort for more.
    private static void Sort(Span<TreeMember> members)
    {
        if (members.Length > 32)
        {
            SortMany(members);
            return;
        }

        for (var index = 1; index < members.Length; index++)
        {
            var member = members[index];
            var hole = index;
            for (; hole > 0 && string.CompareOrdinal(members[hole - 1].Name, member.Name) > 0; hole--)
                members[hole] = members[hole - 1];
            members[hole] = member;
        }
    }

    private static void SortMany(Span<TreeMember> members)
    {
        var order = new (string Name, int Position)[members.Length];
        for (var index = 0; index < members.Length; index++)
            order[index] = (members[index].Name, index);
        Array.Sort(order, static (one, other) => string.CompareOrdinal(one.Name, other.Name) is not 0 and var sign ? sign : one.Position.CompareTo(other.Position));
        var copy = members.ToArray();
        for (var index = 0; index < order.Length; index++)
            members[index] = copy[order[index].Position];
    }

    /// <summary>Where the name stands; the complement of where it belongs when it is absent.</summary>
    private int IndexOf(string name)
    {
        if (_names.Length <= ScanLimit)
        {
            for (var index = 0; index < _names.Length; index++)
            {
                if (_names[index] == name)
                    return index;
            }
        }

        int low = 0, high = _names.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var sign = string.CompareOrdinal(_names[middle], name);
            if (sign == 0)
                return middle;
            if (sign < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Collects members in any order; of two with one name the last counts.</summary>
    public sealed class Builder
    {
        private readonly List<TreeMember> _members;

        /// <summary>With room for so many.</summary>
        public Builder(int capacity = 4) => _members = new List<TreeMember>(capacity);

        /// <summary>Sets one member.</summary>
        public Builder Set(string name, TreeValue value)
        {
            _members.Add(new TreeMember(name, value));
            return this;
        }

        /// <summary>How many were set.</summary>
        public int Count => _members.Count;

        /// <summary>The object; the builder may not be used again.</summary>
        public TreeObject Build() => FromMembers(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_members));
    }
}

/// <summary>A name and its value.</summary>
public readonly record struct TreeMember(string Name, TreeValue Value);
