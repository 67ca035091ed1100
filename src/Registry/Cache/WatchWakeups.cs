using System.Runtime.InteropServices;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Registry.Reads;

namespace ControlPlane.Registry.Cache;

/// <summary>
/// Wakes the watches that a change may concern, and only those: a thousand agents that each watch their own node's pods do not wake for every pod.
/// </summary>
/// <remarks>
/// A sleeping watch relies on this: every change published after it fell asleep that its filter may want is dispatched to it.
/// The filter here may be coarser than the watch's own, never finer.
/// </remarks>
internal sealed class WatchWakeups
{
    private readonly Lock _lock = new();
    private readonly List<ResourceWatch> _everything = [];
    private readonly Dictionary<string, List<ResourceWatch>> _byNamespace = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ResourceWatch>> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Field, string Value), List<ResourceWatch>> _byField = [];
    private readonly Dictionary<int, int> _fields = [];
    private long _dispatched;
    private bool _isClosed;

    /// <summary>All changes up to this number have been dispatched.</summary>
    public long Dispatched => Volatile.Read(ref _dispatched);

    /// <summary>How many watches there are.</summary>
    public int Count { get; private set; }

    /// <summary>From now on the watch is woken.</summary>
    public void Add(ResourceWatch watch)
    {
        lock (_lock)
        {
            if (_isClosed)
                watch.End();
            ListOf(watch.Interest).Add(watch);
            if (watch.Interest is { Field: >= 0 } field)
                _fields[field.Field] = _fields.GetValueOrDefault(field.Field) + 1;
            Count++;
        }
    }

    /// <summary>It is over.</summary>
    public void Remove(ResourceWatch watch)
    {
        lock (_lock)
        {
            if (!ListOf(watch.Interest).Remove(watch))
                return;
            Drop(watch.Interest);
            Count--;
        }
    }

    /// <summary>Wakes whom a change may concern.</summary>
    public void Dispatch(ObjectChange change, long number)
    {
        lock (_lock)
        {
            if (Count > 0)
                WakeConcerned(change, number);
            Volatile.Write(ref _dispatched, number);
        }
    }

    /// <summary>Wakes everybody.</summary>
    public void DispatchAll(long number)
    {
        lock (_lock)
        {
            foreach (var watch in All())
                watch.Wake(number);
            Volatile.Write(ref _dispatched, number);
        }
    }

    /// <summary>Ends everybody.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var watch in All())
                watch.End();
        }
    }

    private IEnumerable<ResourceWatch> All() =>
        _everything.Concat(_byNamespace.Values.Concat(_byPath.Values).Concat(_byField.Values).SelectMany(watches => watches));

    private void WakeConcerned(ObjectChange change, long number)
    {
        var one = change.Current ?? change.Previous!;
        Wake(_everything, number);
        if (_byNamespace.Count > 0 && _byNamespace.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(one.Namespace, out var inNamespace))
            Wake(inNamespace, number);
        if (_byPath.Count > 0 && _byPath.TryGetValue(one.Path, out var onPath))
            Wake(onPath, number);
        foreach (var (field, _) in _fields)
            WakeByField(change, field, number);
    }

    // What cannot be decoded concerns everybody: their reads will say so.

    private void WakeByField(ObjectChange change, int field, long number)
    {
        string? now, before;
        try
        {
            (now, before) = (change.Current?.SelectableField(field), change.Previous?.SelectableField(field));
        }
        catch (DecodeException)
        {
            foreach (var watches in _byField.Values)
                Wake(watches, number);
            return;
        }

        if (now is not null && _byField.TryGetValue((field, now), out var concerned))
            Wake(concerned, number);
        if (before is not null && before != now && _byField.TryGetValue((field, before), out concerned))
            Wake(concerned, number);
    }

    private static void Wake(List<ResourceWatch> watches, long number)
    {
        foreach (var watch in CollectionsMarshal.AsSpan(watches))
            watch.Wake(number);
    }

    private List<ResourceWatch> ListOf(WatchInterest interest)
    {
        if (interest.Path is { } path)
            return ListOf(_byPath, path);
        if (interest.Field >= 0)
            return ListOf(_byField, (interest.Field, interest.Value));
        return interest.Namespace is { Length: > 0 } inNamespace ? ListOf(_byNamespace, inNamespace) : _everything;
    }

    private static List<ResourceWatch> ListOf<TKey>(Dictionary<TKey, List<ResourceWatch>> lists, TKey key)
        where TKey : notnull
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out _);
        return list ??= [];
    }

    private void Drop(WatchInterest interest)
    {
        if (interest.Path is { } path)
            DropEmpty(_byPath, path);
        else if (interest.Field >= 0)
            DropField(interest);
        else if (interest.Namespace is { Length: > 0 } inNamespace)
            DropEmpty(_byNamespace, inNamespace);
    }

    private void DropField(WatchInterest interest)
    {
        DropEmpty(_byField, (interest.Field, interest.Value));
        if (--_fields[interest.Field] == 0)
            _fields.Remove(interest.Field);
    }

    private static void DropEmpty<TKey>(Dictionary<TKey, List<ResourceWatch>> lists, TKey key)
        where TKey : notnull
    {
        if (lists.TryGetValue(key, out var list) && list.Count == 0)
            lists.Remove(key);
    }
}

/// <summary>The coarsest thing that is true of all objects a watch wants; exactly one of path, field and namespace counts, in this order.</summary>
/// <param name="Namespace">Only in this namespace; "" for any.</param>
/// <param name="Path">Only the object of this path; null for any.</param>
/// <param name="Field">Only objects whose selectable field of this number has the value; -1 for any.</param>
/// <param name="Value">The field's value.</param>
internal readonly record struct WatchInterest(string Namespace, string? Path = null, int Field = -1, string Value = "");
