using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ControlPlane.Machinery.Values;

/// <summary>
/// An immutable map with string keys and structural equality, sorted by key in ordinal order (the order of both wire forms).
/// Its default is nil, which equals the empty map but is remembered.
/// </summary>
[CollectionBuilder(typeof(ValueMap), nameof(ValueMap.Create))]
public readonly struct ValueMap<T> : IReadOnlyDictionary<string, T>, IEquatable<ValueMap<T>>
{
    private readonly KeyValuePair<string, T>[]? _entries;

    /// <summary>Takes the array over, which is sorted and without duplicates: nobody may write to it afterwards.</summary>
    internal ValueMap(KeyValuePair<string, T>[]? entries) => _entries = entries;

    /// <summary>The empty map that is not nil.</summary>
    public static ValueMap<T> Empty => new([]);

    /// <summary>Was it never given?</summary>
    public bool IsNil => _entries is null;

    /// <summary>Nil or without entries.</summary>
    public bool IsEmpty => Count == 0;

    /// <inheritdoc/>
    public int Count => _entries?.Length ?? 0;

    /// <inheritdoc/>
    public T this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no entry with the key {key}");

    /// <inheritdoc/>
    public IEnumerable<string> Keys => Entries.Select(entry => entry.Key);

    /// <inheritdoc/>
    public IEnumerable<T> Values => Entries.Select(entry => entry.Value);

    private KeyValuePair<string, T>[] Entries => _entries ?? [];

    /// <summary>The entries as memory, sorted by key, without a copy.</summary>
    public ReadOnlySpan<KeyValuePair<string, T>> AsSpan() => _entries;

    /// <summary>Enumerates without allocation, in the order of the keys.</summary>
    public ReadOnlySpan<KeyValuePair<string, T>>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _entries![index].Value : default;
        return index >= 0;
    }

    /// <summary>The value behind that key, or the default of its type.</summary>
    public T? Find(string key) => TryGetValue(key, out var value) ? value : default;

    /// <summary>This map with that value behind that key.</summary>
    public ValueMap<T> With(string key, T value)
    {
        var entry = KeyValuePair.Create(key, value);
        var index = IndexOf(key);
        if (index < 0)
            return new([.. Entries[..~index], entry, .. Entries[~index..]]);
        KeyValuePair<string, T>[] copy = [.. Entries];
        copy[index] = entry;
        return new(copy);
    }

    /// <summary>This map with all of those entries, which win over its own.</summary>
    public ValueMap<T> WithAll(IEnumerable<KeyValuePair<string, T>> entries) => ValueMap.Sorted([.. Entries, .. entries]);

    /// <summary>This map without that key; this very map where it is not there.</summary>
    public ValueMap<T> Without(string key)
    {
        var index = IndexOf(key);
        return index < 0 ? this : new([.. Entries[..index], .. Entries[(index + 1)..]]);
    }

    /// <inheritdoc/>
    public bool Equals(ValueMap<T> other)
    {
        if (ReferenceEquals(_entries, other._entries))
            return true;
        if (Count != other.Count)
            return false;
        for (var i = 0; i < Count; i++)
        {
            if (_entries![i].Key != other._entries![i].Key || !EqualityComparer<T>.Default.Equals(_entries[i].Value, other._entries[i].Value))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ValueMap<T> other && Equals(other);

    /// <summary>Cheap: looks at the number of entries and the first key.</summary>
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _entries![0].Key);

    /// <summary>Names no values: they may be secret.</summary>
    public override string ToString() => $"{typeof(T).Name}{{{Count}}}";

    IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, T>>)Entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Entries.GetEnumerator();

    /// <summary>Deep equality.</summary>
    public static bool operator ==(ValueMap<T> left, ValueMap<T> right) => left.Equals(right);

    /// <summary>Deep inequality.</summary>
    public static bool operator !=(ValueMap<T> left, ValueMap<T> right) => !left.Equals(right);

    /// <summary>Is it the very same map, not only an equal one?</summary>
    public bool IsSame(ValueMap<T> other) => ReferenceEquals(_entries, other._entries);

    private int IndexOf(string key)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries![middle].Key, key);
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

/// <summary>Makes <see cref="ValueMap{T}"/>s.</summary>
public static class ValueMap
{
    /// <summary>A map of these entries; of those with the same key the last wins (what a collection expression calls).</summary>
    public static ValueMap<T> Create<T>(ReadOnlySpan<KeyValuePair<string, T>> entries) => Sorted(entries.ToArray());

    /// <summary>A map of these entries; of those with the same key the last wins.</summary>
    public static ValueMap<T> ToValueMap<T>(this IEnumerable<KeyValuePair<string, T>> entries) => Sorted([.. entries]);

    /// <summary>A map of one entry.</summary>
    public static ValueMap<T> Of<T>(string key, T value) => new([KeyValuePair.Create(key, value)]);

    /// <summary>Takes the array over, sorts it and drops all but the last of those with the same key.</summary>
    internal static ValueMap<T> Sorted<T>(KeyValuePair<string, T>[] entries)
    {
        if (IsSorted(entries))
            return new(entries);
        var sorted = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            sorted[key] = value;
        return new([.. sorted]);
    }

    private static bool IsSorted<T>(KeyValuePair<string, T>[] entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            if (string.CompareOrdinal(entries[i - 1].Key, entries[i].Key) >= 0)
                return false;
        }
        return true;
    }
}
