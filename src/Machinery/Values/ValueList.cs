using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ControlPlane.Machinery.Values;

/// <summary>
/// An immutable list with structural equality. Its default is nil, which equals the empty list (upstream's semantic equality)
/// but is remembered, because a nil list is written as null where an empty one is written as [].
/// </summary>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public readonly struct ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[]? _items;

    /// <summary>Takes the array over: nobody may write to it afterwards.</summary>
    internal ValueList(T[]? items) => _items = items;

    /// <summary>The empty list that is not nil.</summary>
    public static ValueList<T> Empty => new([]);

    /// <summary>Was it never given?</summary>
    public bool IsNil => _items is null;

    /// <summary>Nil or without items.</summary>
    public bool IsEmpty => Count == 0;

    /// <inheritdoc/>
    public int Count => _items?.Length ?? 0;

    /// <inheritdoc/>
    public T this[int index] => Array[index];

    private T[] Array => _items ?? [];

    /// <summary>The items as memory, without a copy.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>Enumerates without allocation.</summary>
    public ReadOnlySpan<T>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    /// <summary>This list with one more item at its end.</summary>
    public ValueList<T> Add(T item) => new([.. Array, item]);

    /// <summary>This list with more items at its end.</summary>
    public ValueList<T> AddRange(IEnumerable<T> items) => new([.. Array, .. items]);

    /// <summary>This list with another item at that place.</summary>
    public ValueList<T> SetItem(int index, T item)
    {
        T[] copy = [.. Array];
        copy[index] = item;
        return new(copy);
    }

    /// <summary>This list without the item at that place.</summary>
    public ValueList<T> RemoveAt(int index) => new([.. Array[..index], .. Array[(index + 1)..]]);

    /// <summary>The items for which the condition does not hold; this very list where it holds for none.</summary>
    public ValueList<T> RemoveAll(Predicate<T> condition)
    {
        var kept = System.Array.FindAll(Array, item => !condition(item));
        return kept.Length == Count ? this : new(kept);
    }

    /// <summary>Is there an equal item?</summary>
    public bool Contains(T item) => AsSpan().Contains(item, EqualityComparer<T>.Default);

    /// <summary>The place of the first item for which the condition holds, or -1.</summary>
    public int FindIndex(Predicate<T> condition) => System.Array.FindIndex(Array, condition);

    /// <inheritdoc/>
    public bool Equals(ValueList<T> other)
    {
        if (ReferenceEquals(_items, other._items))
            return true;
        return Count == other.Count && AsSpan().SequenceEqual(other.AsSpan(), EqualityComparer<T>.Default);
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ValueList<T> other && Equals(other);

    /// <summary>Cheap: looks at the number of items and the first one.</summary>
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _items![0]);

    /// <inheritdoc/>
    public override string ToString() => $"{typeof(T).Name}[{Count}]";

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)Array).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Array.GetEnumerator();

    /// <summary>Deep equality.</summary>
    public static bool operator ==(ValueList<T> left, ValueList<T> right) => left.Equals(right);

    /// <summary>Deep inequality.</summary>
    public static bool operator !=(ValueList<T> left, ValueList<T> right) => !left.Equals(right);
}

/// <summary>Makes <see cref="ValueList{T}"/>s.</summary>
public static class ValueList
{
    /// <summary>A list of these items (what a collection expression calls).</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    /// <summary>A list of these items.</summary>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => new([.. items]);
}
