using System.Text;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.Storage.Tests.Histories;

/// <summary>One who watches what <see cref="RegisterClient"/>s do, and notes what it was told.</summary>
internal sealed class RegisterWatcher(IKeyValueStore store, string name, History history)
{
    private WatchRecord? _record;

    /// <summary>It was told of everything up to this revision.</summary>
    public long Through => _record?.Through ?? 0;

    /// <summary>Watches from after a revision, and goes on where it was when the store fails, until told to stop.</summary>
    public async Task FollowAsync(long after, CancellationToken stop)
    {
        _record = history.Watch(name, RegisterClient.Prefix, after);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await ReadAsync(_record, int.MaxValue, stop) is { } compacted)
                    throw new InvalidOperationException($"{name} was at {_record.Through}, and refused as compacted at {compacted}");
            }
            catch (StoreUnavailableException)
            {
                // The next watch goes on from the same revision.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Watches from after a revision for so many changes; gives the revision of the compaction where that was too long ago.</summary>
    public async Task<long?> LookAsync(long after, int changes, CancellationToken stop)
    {
        try
        {
            return await ReadAsync(history.Watch(name, RegisterClient.Prefix, after), changes, stop);
        }
        catch (Exception end) when (end is StoreUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<long?> ReadAsync(WatchRecord record, int changes, CancellationToken stop)
    {
        await foreach (var message in store.WatchAsync(new StoreWatchQuery(RegisterClient.Prefix, new Revision(record.Through)), stop))
        {
            switch (message)
            {
                case StoreWatchMessage.Compacted compacted:
                    return compacted.CompactRevision.Value;
                case StoreWatchMessage.Progress progress:
                    record.Reach(progress.Revision.Value);
                    break;
                case StoreWatchMessage.Changed changed:
                    foreach (var change in changed.Changes)
                        Note(record, change, changed.Revision);
                    if (record.Changes.Count >= changes)
                        return null;
                    break;
            }
        }

        return null;
    }

    private static void Note(WatchRecord record, StoreChange change, Revision at)
    {
        var version = change.Current is { } current ? RegisterClient.Version(current) : new KeyVersion(change.Key, at.Value, null);
        record.Add(version, change.Previous is { } previous ? Encoding.UTF8.GetString(previous.Value.Span) : null);
    }
}
