using ControlPlane.Machinery.Meta;

namespace ControlPlane.Client.Informers;

/// <summary>The objects that an informer knows, by key and by its indexes.</summary>
/// <remarks>
/// Invariants: one writer (the informer's loop), any number of readers; an object and the version up to which the store is told change in one step,
/// so that a reader who sees <see cref="Version"/> at or past the version of a write also sees that write's effect.
/// </remarks>
public sealed class ObjectStore<T>
    where T : class, IApiObject<T>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _items = [];
    private readonly Dictionary<string, ObjectIndex<T>> _indexes = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>The index by namespace that every store has.</summary>
    public const string NamespaceIndex = "namespace";

    /// <summary>The index by the uids of owners that every store has.</summary>
    public const string OwnerIndex = "owner";

    internal ObjectStore()
    {
        AddIndex(NamespaceIndex, static item => [item.Metadata.Namespace]);
        AddIndex(OwnerIndex, static item => item.Metadata.OwnerReferences.Select(static owner => owner.Uid));
    }

    /// <summary>The resourceVersion up to which all changes are in the store; 0 before the first list.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>How many objects.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _items.Count;
        }
    }

    /// <summary>The object of that name, or null.</summary>
    public T? Find(ObjectKey key)
    {
        lock (_lock)
            return _items.GetValueOrDefault(key);
    }

    /// <summary>All of them, as they are now, in no order.</summary>
    public IReadOnlyList<T> List()
    {
        lock (_lock)
            return [.. _items.Values];
    }

    /// <summary>Those for which the index has that value, in no order.</summary>
    /// <exception cref="KeyNotFoundException">There is no index of that name.</exception>
    public IReadOnlyList<T> By(string index, string value)
    {
        lock (_lock)
            return _indexes[index].Find(value);
    }

    /// <summary>Those in that namespace.</summary>
    public IReadOnlyList<T> In(string @namespace) => By(NamespaceIndex, @namespace);

    /// <summary>Those that name that owner.</summary>
    public IReadOnlyList<T> OwnedBy(string uid) => By(OwnerIndex, uid);

    /// <summary>Adds an index; one of the same name stays as it is.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_lock)
        {
            if (_indexes.ContainsKey(name))
                return;
            var index = new ObjectIndex<T>(values);
            foreach (var item in _items.Values)
                index.Add(item);
            _indexes[name] = index;
        }
    }

    /// <summary>Stores the object; returns the one before it.</summary>
    internal T? Set(T item, long version)
    {
        lock (_lock)
        {
            var key = item.Key;
            if (_items.TryGetValue(key, out var before))
                Unindex(before);
            _items[key] = item;
            Index(item);
            Advance(version);
            return before;
        }
    }

    /// <summary>Removes the object; returns it, or null where there was none.</summary>
    internal T? Remove(ObjectKey key, long version)
    {
        lock (_lock)
        {
            if (_items.Remove(key, out var before))
                Unindex(before);
            Advance(version);
            return before;
        }
    }

    /// <summary>Replaces everything by what a list has shown; returns the changes.</summary>
    internal List<ObjectChange<T>> Replace(IReadOnlyList<T> items, long version, bool isInitial)
    {
        var changes = new List<ObjectChange<T>>();
        lock (_lock)
        {
            var gone = new Dictionary<ObjectKey, T>(_items);
            foreach (var item in items)
            {
                gone.Remove(item.Key, out var before);
                Put(item, before, isInitial, changes);
            }
            foreach (var (key, item) in gone)
            {
                _items.Remove(key);
                Unindex(item);
                changes.Add(new(item, null, false));
            }
            Interlocked.Exchange(ref _version, version);
        }
        return changes;
    }

    /// <summary>All changes up to that version have been told.</summary>
    internal void Bookmark(long version)
    {
        lock (_lock)
            Advance(version);
    }

    private void Put(T item, T? before, bool isInitial, List<ObjectChange<T>> changes)
    {
        if (before is not null)
        {
            if (before.Metadata.ResourceVersion == item.Metadata.ResourceVersion)
                return;
            Unindex(before);
            // Another object under the same name: who only looks at updates would miss that the first one is gone.
            if (before.Metadata.Uid != item.Metadata.Uid)
            {
                changes.Add(new(before, null, false));
                before = null;
            }
        }
        _items[item.Key] = item;
        Index(item);
        changes.Add(new(before, item, isInitial));
    }

    private void Advance(long version)
    {
        if (version > _version)
            Interlocked.Exchange(ref _version, version);
    }

    private void Index(T item)
    {
        foreach (var index in _indexes.Values)
            index.Add(item);
    }

    private void Unindex(T item)
    {
        foreach (var index in _indexes.Values)
            index.Remove(item);
    }
}
