using System.Collections.Concurrent;
using ControlPlane.Registry.Stored;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>
/// Lets a writer and the feed share one <see cref="StoredObject"/>, so that a write is decoded and rendered once for the answer and all watchers.
/// Only a saving: where the two do not meet, each makes its own, and they are equal.
/// </summary>
internal sealed class PendingWrites(StoredForm form)
{
    private readonly ConcurrentDictionary<string, PendingWrite> _byPath = new(StringComparer.Ordinal);

    /// <summary>Announces bytes that are about to be committed.</summary>
    public PendingWrite Announce(string path, ReadOnlyMemory<byte> stored) =>
        _byPath[path] = new PendingWrite(form, path, stored, Revision.None);

    /// <summary>Announces that a version of an object is about to be removed, with the object's last state.</summary>
    public PendingWrite AnnounceRemoval(string path, ReadOnlyMemory<byte> last, Revision removed) =>
        _byPath[path] = new PendingWrite(form, path, last, removed);

    /// <summary>It did not happen, or the feed has passed it.</summary>
    public void Forget(PendingWrite write) => _byPath.TryRemove(KeyValuePair.Create(write.Path, write));

    /// <summary>The object of a put that the feed saw.</summary>
    public StoredObject Put(string path, KeyValue seen)
    {
        if (_byPath.TryGetValue(path, out var write) && write.Removed == Revision.None && write.Stored.Span.SequenceEqual(seen.Value.Span))
        {
            Forget(write);
            return write.Committed(seen.Modified);
        }

        return new StoredObject(form, path, seen.Value, seen.Modified, seen.Modified);
    }

    /// <summary>
    /// The last state of a deletion that the feed saw; null where its writer is not known here. A writer here that had an older version
    /// in mind than was removed is not the one: another server was.
    /// </summary>
    public StoredObject? Deleted(string path, Revision revision, Revision removed)
    {
        if (!_byPath.TryGetValue(path, out var write) || write.Removed != removed)
            return null;
        Forget(write);
        return write.Committed(revision);
    }
}

/// <summary>One write on its way.</summary>
internal sealed class PendingWrite(StoredForm form, string path, ReadOnlyMemory<byte> stored, Revision removed)
{
    private StoredObject? _made;

    /// <summary>Of which object.</summary>
    public string Path { get; } = path;

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Stored { get; } = stored;

    /// <summary>The version that it removes; none where it puts one.</summary>
    public Revision Removed { get; } = removed;

    /// <summary>The object as it was committed: the same for whoever asks.</summary>
    public StoredObject Committed(Revision revision)
    {
        if (Volatile.Read(ref _made) is { } made && made.Revision == revision)
            return made;
        var mine = new StoredObject(form, Path, Stored, revision, revision);
        var first = Interlocked.CompareExchange(ref _made, mine, null);
        return first is null || first.Revision != revision ? mine : first;
    }
}
