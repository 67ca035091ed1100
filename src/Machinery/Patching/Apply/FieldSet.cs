using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>A set of field paths, as a tree: what one manager owns.</summary>
/// <remarks>
/// A node lists its elements in order; each is a member itself, or leads to members below, or both. No node is empty but the root may be. Sets are
/// immutable and share nodes: operations return an operand where nothing changes, and stop where both sides are the same node.
/// </remarks>
public sealed class FieldSet : IEquatable<FieldSet>
{
    private readonly FieldSetEntry[] _entries;

    private FieldSet(FieldSetEntry[] entries) => _entries = entries;

    /// <summary>No paths.</summary>
    public static FieldSet Empty { get; } = new([]);

    /// <summary>Are there no paths?</summary>
    public bool IsEmpty => _entries.Length == 0;

    internal ReadOnlySpan<FieldSetEntry> Entries => _entries;

    /// <summary>The set's text, where somebody made or read it; nil otherwise. (One reference: written whole or not at all.)</summary>
    internal FieldsV1 Encoded { get; set; }

    /// <summary>A set of these paths.</summary>
    public static FieldSet Of(params ReadOnlySpan<FieldPath> paths)
    {
        var builder = new FieldSetBuilder();
        foreach (var path in paths)
            builder.Insert(path.Elements.AsSpan());
        return builder.Build();
    }

    /// <summary>Is the path a member?</summary>
    public bool Has(FieldPath path)
    {
        var set = this;
        for (var depth = 0; ; depth++)
        {
            if (!set.TryFind(path.Elements[depth], out var entry))
                return false;
            if (depth == path.Elements.Length - 1)
                return entry.IsMember;
            if (entry.Children is not { } below)
                return false;
            set = below;
        }
    }

    /// <summary>Paths of either.</summary>
    public FieldSet Union(FieldSet other)
    {
        if (ReferenceEquals(this, other) || other.IsEmpty)
            return this;
        if (IsEmpty)
            return other;
        var merged = new List<FieldSetEntry>(Math.Max(_entries.Length, other._entries.Length));
        Walk(other, (one, two) => merged.Add((one, two) switch
        {
            ({ } mine, { } theirs) => new(mine.Element, mine.IsMember || theirs.IsMember, Join(mine.Children, theirs.Children)),
            ({ } mine, null) => mine,
            (_, { } theirs) => theirs,
            _ => default,
        }));
        return Make(merged);
    }

    /// <summary>Paths of both.</summary>
    public FieldSet Intersection(FieldSet other)
    {
        if (ReferenceEquals(this, other))
            return this;
        if (IsEmpty || other.IsEmpty)
            return Empty;
        var common = new List<FieldSetEntry>();
        Walk(other, (one, two) =>
        {
            if (one is not { } mine || two is not { } theirs)
                return;
            var below = mine.Children is { } left && theirs.Children is { } right ? left.Intersection(right) : Empty;
            Keep(common, mine.Element, mine.IsMember && theirs.IsMember, below);
        });
        return Make(common);
    }

    /// <summary>Paths of this that are not paths of the other.</summary>
    public FieldSet Difference(FieldSet other) => Difference(other, isRecursive: false);

    /// <summary>Paths of this that are not paths of the other nor below one.</summary>
    public FieldSet RecursiveDifference(FieldSet other) => Difference(other, isRecursive: true);

    /// <summary>Is every path of the other one of this?</summary>
    public bool Contains(FieldSet other)
    {
        if (ReferenceEquals(this, other))
            return true;
        var index = 0;
        foreach (var theirs in other._entries)
        {
            while (index < _entries.Length && _entries[index].Element.CompareTo(theirs.Element) < 0)
                index++;
            if (index == _entries.Length || _entries[index].Element.CompareTo(theirs.Element) != 0)
                return false;
            var mine = _entries[index];
            if ((theirs.IsMember && !mine.IsMember) || (theirs.Children is { } below && (mine.Children is not { } here || !here.Contains(below))))
                return false;
        }

        return true;
    }

    /// <summary>The members below which there are no others.</summary>
    public FieldSet Leaves()
    {
        var leaves = new List<FieldSetEntry>(_entries.Length);
        foreach (var entry in _entries)
            leaves.Add(entry.Children is { } below ? new(entry.Element, false, below.Leaves()) : entry);
        return Make(leaves);
    }

    /// <summary>Calls with every path: at each node first its members, then what is below, the order in which upstream names conflicts.</summary>
    public void ForEach(Action<FieldPath> action) => ForEach([], action);

    /// <summary>The same set with every declared field that leads to members made a member: removing the last of them then removes the field.</summary>
    internal FieldSet WithNamedFieldsAsMembers(TypeDescriptor type)
    {
        var isChanged = false;
        var entries = new FieldSetEntry[_entries.Length];
        for (var index = 0; index < entries.Length; index++)
        {
            var entry = entries[index] = _entries[index];
            if (entry.Children is not { } below)
                continue;
            var (isDeclared, next) = Structure.Below(type, entry.Element);
            entries[index] = new FieldSetEntry(entry.Element, entry.IsMember || isDeclared, below.WithNamedFieldsAsMembers(next));
            isChanged |= entries[index].IsMember != entry.IsMember || !ReferenceEquals(entries[index].Children, below);
        }

        return isChanged ? new FieldSet(entries) : this;
    }

    /// <summary>The entry of that element.</summary>
    internal bool TryFind(PathElement element, out FieldSetEntry entry)
    {
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var sign = _entries[middle].Element.CompareTo(element);
            if (sign == 0)
            {
                entry = _entries[middle];
                return true;
            }

            if (sign < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        entry = default;
        return false;
    }

    /// <summary>A set of entries that are in order and none of them empty.</summary>
    internal static FieldSet Make(List<FieldSetEntry> entries) => entries.Count == 0 ? Empty : new FieldSet([.. entries]);

    /// <summary>A set of entries that are in order and none of them empty; nobody may change the array from now on.</summary>
    internal static FieldSet Own(FieldSetEntry[] entries) => entries.Length == 0 ? Empty : new FieldSet(entries);

    /// <inheritdoc/>
    public bool Equals(FieldSet? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || other._entries.Length != _entries.Length)
            return false;
        for (var index = 0; index < _entries.Length; index++)
        {
            var (mine, theirs) = (_entries[index], other._entries[index]);
            if (mine.IsMember != theirs.IsMember || !mine.Element.Equals(theirs.Element) || !Equals(mine.Children, theirs.Children))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var entry in _entries)
        {
            hash.Add(entry.Element);
            hash.Add(entry.IsMember);
            hash.Add(entry.Children);
        }

        return hash.ToHashCode();
    }

    /// <summary>The FieldsV1 form.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(FieldsCodec.ToBytes(this));

    private FieldSet Difference(FieldSet other, bool isRecursive)
    {
        if (IsEmpty || other.IsEmpty)
            return this;
        if (ReferenceEquals(this, other))
            return Empty;
        List<FieldSetEntry>? rest = null;
        var theirs = 0;
        for (var index = 0; index < _entries.Length; index++)
        {
            var mine = _entries[index];
            while (theirs < other._entries.Length && other._entries[theirs].Element.CompareTo(mine.Element) < 0)
                theirs++;
            var match = theirs < other._entries.Length && other._entries[theirs].Element.CompareTo(mine.Element) == 0 ? other._entries[theirs] : default;
            var below = mine.Children is { } left && match.Children is { } right ? left.Difference(right, isRecursive) : mine.Children;
            if (isRecursive && match.IsMember)
                below = null;
            var isMember = mine.IsMember && !match.IsMember;
            if (rest is null && isMember == mine.IsMember && ReferenceEquals(below, mine.Children))
                continue;
            rest ??= [.. _entries.AsSpan(0, index)];
            Keep(rest, mine.Element, isMember, below ?? Empty);
        }

        return rest is null ? this : Make(rest);
    }

    private static void Keep(List<FieldSetEntry> entries, PathElement element, bool isMember, FieldSet below)
    {
        if (isMember || !below.IsEmpty)
            entries.Add(new FieldSetEntry(element, isMember, below.IsEmpty ? null : below));
    }

    private static FieldSet? Join(FieldSet? one, FieldSet? two) => one is null ? two : two is null ? one : one.Union(two);

    private void Walk(FieldSet other, Action<FieldSetEntry?, FieldSetEntry?> action)
    {
        int mine = 0, theirs = 0;
        while (mine < _entries.Length || theirs < other._entries.Length)
        {
            var sign = mine == _entries.Length ? 1
                : theirs == other._entries.Length ? -1
                : _entries[mine].Element.CompareTo(other._entries[theirs].Element);
            action(sign <= 0 ? _entries[mine] : null, sign >= 0 ? other._entries[theirs] : null);
            mine += sign <= 0 ? 1 : 0;
            theirs += sign >= 0 ? 1 : 0;
        }
    }

    private void ForEach(List<PathElement> path, Action<FieldPath> action)
    {
        foreach (var entry in _entries)
        {
            if (entry.IsMember)
                action(new FieldPath([.. path, entry.Element]));
        }

        foreach (var entry in _entries)
        {
            if (entry.Children is not { } below)
                continue;
            path.Add(entry.Element);
            below.ForEach(path, action);
            path.RemoveAt(path.Count - 1);
        }
    }
}

/// <summary>One element of a node: a member, or with members below, or both.</summary>
internal readonly record struct FieldSetEntry(PathElement Element, bool IsMember, FieldSet? Children);
