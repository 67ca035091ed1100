using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>One change of one object, with the tree as it was after it: what watches tell, and what reads of recent revisions look at.</summary>
internal sealed class ObjectChange(Revision revision, StoredObject? current, StoredObject? previous, StoredObject? departed, ObjectTree after, long time)
{
    private StoredObject? _departed = departed;

    /// <summary>When it happened.</summary>
    public Revision Revision { get; } = revision;

    /// <summary>The object from now on; null when it was deleted.</summary>
    public StoredObject? Current { get; } = current;

    /// <summary>The object before; null when it was created.</summary>
    public StoredObject? Previous { get; } = previous;

    /// <summary>All objects after the change (and after those of the same revision that stand before it).</summary>
    public ObjectTree After { get; } = after;

    /// <summary>When it was seen, in milliseconds of the clock that the window uses.</summary>
    public long Time { get; } = time;

    /// <summary>The last state of an object that is gone, or that a selection no longer holds, with the resourceVersion of this change.</summary>
    public StoredObject Departed => _departed ?? Interlocked.CompareExchange(ref _departed, Previous!.At(Revision), null) ?? _departed;

    /// <summary>Gives up what can be made again of the versions that are history.</summary>
    public void Slim()
    {
        Previous?.Slim();
        Volatile.Read(ref _departed)?.Slim();
    }

    /// <summary>Roughly what memory it holds that nothing else would: the bytes of the previous version and the copied way through the tree.</summary>
    public long Weight => 1400 + (Previous?.Stored.Length ?? 0);
}
