namespace ControlPlane.TestKit.Histories;

/// <summary>
/// What one watcher was told of an interval of history, without a gap: over as many streams, members and servers as it took. A watcher that had to list
/// anew begins another record.
/// </summary>
/// <param name="name">Who, for messages.</param>
/// <param name="prefix">Of which keys.</param>
/// <param name="after">The interval begins after this revision.</param>
public sealed class WatchRecord(string name, string prefix, long after)
{
    private readonly List<WatchedChange> _changes = [];
    private long _through = after;

    /// <summary>Who.</summary>
    public string Name => name;

    /// <summary>Of which keys.</summary>
    public string Prefix => prefix;

    /// <summary>The interval begins after this revision.</summary>
    public long After { get; } = after;

    /// <summary>The interval ends with this revision: the watcher claims to have been told of everything up to it. May be read while it is written.</summary>
    public long Through => Volatile.Read(ref _through);

    /// <summary>What it was told, in the order that it was.</summary>
    public IReadOnlyList<WatchedChange> Changes => _changes;

    /// <summary>It is told of a change.</summary>
    /// <param name="version">The new version.</param>
    /// <param name="previous">The value before, where it was told.</param>
    public void Add(KeyVersion version, string? previous)
    {
        _changes.Add(new WatchedChange(version, previous));
        Reach(version.Revision);
    }

    /// <summary>It is told that there is nothing else up to a revision.</summary>
    public void Reach(long revision) => Volatile.Write(ref _through, Math.Max(_through, revision));
}

/// <summary>A change as a watcher was told of it.</summary>
/// <param name="Version">The new version.</param>
/// <param name="Previous">The value before; null where there was none, or it was not told.</param>
public sealed record WatchedChange(KeyVersion Version, string? Previous);
