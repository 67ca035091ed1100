using System.Collections.Immutable;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>
/// The recent changes of one resource, numbered without gaps. A watch is a number and a filter: nothing is copied or queued per watcher, and a watcher
/// that is too slow finds its number gone.
/// </summary>
/// <remarks>
/// Immutable to readers: a window's segments are filled by one writer (the feed) and read up to the number that the published <see cref="CacheState"/> names.
/// Segments are dropped whole. What is left of a dropped one is the base: revision and tree after its last change.
/// </remarks>
internal sealed class ChangeWindow
{
    private const int SegmentSize = 128;

    // Watchers that keep up are within the last few segments; for the others, what they still ask for is made again.
    private const int SegmentsInFull = 4;

    private readonly ImmutableArray<ObjectChange[]> _segments;

    private ChangeWindow(ImmutableArray<ObjectChange[]> segments, long first, Revision baseRevision, ObjectTree baseObjects, long weight) =>
        (_segments, First, BaseRevision, BaseObjects, Weight) = (segments, first, baseRevision, baseObjects, weight);

    /// <summary>The number of the oldest change that is kept.</summary>
    public long First { get; }

    /// <summary>All later changes are kept: the oldest revision that a watch can start after.</summary>
    public Revision BaseRevision { get; }

    /// <summary>The objects at <see cref="BaseRevision"/>.</summary>
    public ObjectTree BaseObjects { get; }

    /// <summary>Roughly what memory it holds, in bytes.</summary>
    public long Weight { get; }

    /// <summary>A window without changes.</summary>
    public static ChangeWindow Empty(long first, Revision revision, ObjectTree objects) => new([], first, revision, objects, 0);

    /// <summary>The change of that number, which must be kept and published.</summary>
    public ObjectChange this[long number] => _segments[(int)((number - First) / SegmentSize)][(number - First) % SegmentSize];

    /// <summary>The window with one more change; <paramref name="number"/> follows the last one.</summary>
    /// <param name="number">The change's.</param>
    /// <param name="change">The change.</param>
    /// <param name="limits">How much is kept.</param>
    /// <param name="isTight">All windows together hold too much: keep no more than the least.</param>
    public ChangeWindow Append(long number, ObjectChange change, WindowLimits limits, bool isTight = false)
    {
        var place = number - First;
        var slot = (int)(place % SegmentSize);
        var window = this;
        if (slot == 0)
        {
            // The one moment at which memory is given back: a segment is begun, others may go.
            Slim();
            window = Trimmed(change.Time, limits, isTight);
            window = new(window._segments.Add(new ObjectChange[SegmentSize]), window.First, window.BaseRevision, window.BaseObjects, window.Weight);
        }

        window._segments[^1][slot] = change;
        return new(window._segments, window.First, window.BaseRevision, window.BaseObjects, window.Weight + change.Weight);
    }

    /// <summary>The number of the first change after a revision, up to one past the last.</summary>
    public long FirstAfter(Revision revision, long last)
    {
        long low = First, high = last;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].Revision <= revision)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return low;
    }

    private void Slim()
    {
        if (_segments.Length <= SegmentsInFull)
            return;
        foreach (var change in _segments[^(SegmentsInFull + 1)])
            change.Slim();
    }

    /// <summary>The window without what is past the limits, whole segments of it; this very window where that is nothing.</summary>
    public ChangeWindow Trimmed(long now, WindowLimits limits, bool isTight = false)
    {
        var drop = 0;
        var weight = Weight;
        for (; drop < _segments.Length - 1; drop++)
        {
            var kept = (_segments.Length - drop) * SegmentSize;
            var isOld = (isTight || now - _segments[drop][^1].Time > limits.Freshness.TotalMilliseconds) && kept > limits.MinChanges;
            if (!isOld && kept <= limits.MaxChanges && weight <= limits.MaxBytes)
                break;
            foreach (var change in _segments[drop])
                weight -= change.Weight;
        }

        if (drop == 0)
            return this;
        var last = _segments[drop - 1][^1];
        return new(_segments.RemoveRange(0, drop), First + ((long)drop * SegmentSize), last.Revision, last.After, weight);
    }
}

/// <summary>How much history a resource's cache keeps for watches and reads of the past.</summary>
public sealed record WindowLimits
{
    /// <summary>Kept whatever their age.</summary>
    public int MinChanges { get; init; } = 1024;

    /// <summary>Never more than these.</summary>
    public int MaxChanges { get; init; } = 100 * 1024; // apiserver: watch_cache.go, defaultUpperBoundCapacity

    /// <summary>Kept so long, if the other limits allow.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromSeconds(75); // apiserver: cacher.go, DefaultEventFreshDuration

    /// <summary>Memory that the history of one resource may hold, roughly.</summary>
    public long MaxBytes { get; init; } = 64 << 20;

    /// <summary>Memory that the histories of all resources may hold together, roughly: beyond it, those that change keep <see cref="MinChanges"/>.</summary>
    public long MaxBytesInAll { get; init; } = 128 << 20;
}

/// <summary>What the windows of all resources weigh together.</summary>
internal sealed class HistoryWeight(long bytesMax)
{
    private long _bytes;

    /// <summary>In bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Is it more than there should be?</summary>
    public bool IsExceeded => Bytes > bytesMax;

    /// <summary>A window has become heavier, or lighter.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}

/// <summary>What readers of a cache see: one moment, published as one reference.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="Revision">When they were last changed or filled.</param>
/// <param name="Last">The number of the last change.</param>
/// <param name="Window">The changes before.</param>
/// <param name="Indexes">The objects by those fields that somebody has asked for.</param>
internal sealed record CacheState(ObjectTree Objects, Revision Revision, long Last, ChangeWindow Window, ImmutableArray<FieldIndex> Indexes)
{
    /// <summary>The index of a field; null where there is none.</summary>
    public FieldIndex? IndexOf(int field)
    {
        foreach (var index in Indexes)
        {
            if (index.Field == field)
                return index;
        }

        return null;
    }

    /// <summary>The objects that a selection can be about: those with its field's value where there is an index, or all.</summary>
    public ObjectTree Narrowed(ObjectSelection selection) => selection.Exact is { } exact && IndexOf(exact.Field) is { } index ? index.Find(exact.Value) : Objects;

    /// <summary>The objects at an earlier revision, or null where it is not kept.</summary>
    public ObjectTree? ObjectsAt(Revision revision)
    {
        if (revision >= Revision)
            return Objects;
        if (revision < Window.BaseRevision)
            return null;
        var next = Window.FirstAfter(revision, Last);
        return next == Window.First ? Window.BaseObjects : Window[next - 1].After;
    }
}
