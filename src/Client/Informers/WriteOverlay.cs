using System.Globalization;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Client.Informers;

/// <summary>
/// Lets a controller read its own writes: what it has created or deleted is seen at once, before the informer has been told. Where upstream counts expectations
/// and waits, this looks at versions: a created object is added to what the store shows until the store has passed its resourceVersion,
/// a deleted one is left out until the store shows it terminating or no longer.
/// </summary>
/// <remarks>
/// Invariants: a reader never sees fewer objects than were created (no over-creation) nor one whose deletion was accepted (no double deletion).
/// Entries leave as the store catches up, so the overlay is as small as the informer's delay.
/// </remarks>
public sealed class WriteOverlay<T>(ObjectStore<T> store)
    where T : class, IApiObject<T>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Writes> _byOwner = new(StringComparer.Ordinal);

    /// <summary>The owner has created this (the server's answer).</summary>
    public void Created(string ownerUid, T item)
    {
        if (!long.TryParse(item.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return;
        lock (_lock)
            For(ownerUid).Created.Add((version, item));
    }

    /// <summary>The owner has had this deleted.</summary>
    public void Deleted(string ownerUid, T item)
    {
        lock (_lock)
            For(ownerUid).Deleted.Add(item.Metadata.Uid);
    }

    /// <summary>What the owner has as far as anyone can know: the objects read from the store, corrected by its own writes.</summary>
    /// <param name="ownerUid">Whose writes count.</param>
    /// <param name="read">Reads the store; called after the store's version was taken.</param>
    public IReadOnlyList<T> Apply(string ownerUid, Func<IReadOnlyList<T>> read)
    {
        // The version first: what the store learns in between is then there twice at most, which the uids tell.
        var version = store.Version;
        var items = read();
        lock (_lock)
        {
            if (!_byOwner.TryGetValue(ownerUid, out var writes))
                return items;
            writes.Created.RemoveAll(created => created.Version <= version);
            var result = Correct(items, writes);
            if (writes.Created.Count == 0 && writes.Deleted.Count == 0)
                _byOwner.Remove(ownerUid);
            return result;
        }
    }

    private static List<T> Correct(IReadOnlyList<T> items, Writes writes)
    {
        var seen = items.Select(static item => item.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        var terminating = items.Where(static item => item.IsTerminating).Select(static item => item.Metadata.Uid);
        var late = writes.Created.Where(created => !seen.Contains(created.Item.Metadata.Uid)).Select(static created => created.Item).ToList();
        seen.UnionWith(late.Select(static item => item.Metadata.Uid));
        writes.Deleted.ExceptWith(terminating);
        writes.Deleted.IntersectWith(seen);
        return [.. items.Concat(late).Where(item => !writes.Deleted.Contains(item.Metadata.Uid))];
    }

    private Writes For(string ownerUid)
    {
        if (!_byOwner.TryGetValue(ownerUid, out var writes))
            _byOwner[ownerUid] = writes = new();
        return writes;
    }

    private sealed class Writes
    {
        public List<(long Version, T Item)> Created { get; } = [];

        public HashSet<string> Deleted { get; } = new(StringComparer.Ordinal);
    }
}
