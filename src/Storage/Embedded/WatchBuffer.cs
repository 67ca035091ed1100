using System.Threading.Channels;

namespace ControlPlane.Storage.Embedded;

/// <summary>What waits for one watcher, bounded in changes and bytes: a watcher that falls further behind is ended, so that it costs nobody else.</summary>
internal sealed class WatchBuffer(StoreWatchQuery query, int maxChanges, long maxBytes)
{
    private readonly Channel<StoreWatchMessage> _messages =
        Channel.CreateUnbounded<StoreWatchMessage>(new UnboundedChannelOptions { SingleReader = true });

    private long _changes;
    private long _bytes;

    /// <summary>What a change costs while it waits; values are shared with whoever else holds them, but a slow watcher may be the last to.</summary>
    public static long BytesOf(StoreChange change) => change.Key.Length + (change.Current?.Value.Length ?? 0) + (change.Previous?.Value.Length ?? 0);

    /// <summary>Takes what of a revision is under the prefix and after the start. Called in order of revisions.</summary>
    public void Offer(StoreWatchMessage.Changed changed)
    {
        if (changed.Revision <= query.After || Select(changed) is not { } message)
            return;
        var changes = Interlocked.Add(ref _changes, message.Changes.Count);
        var bytes = Interlocked.Add(ref _bytes, BytesOf(message));
        if (changes > maxChanges || bytes > maxBytes)
            End(new WatchOverrunException());
        else
            _messages.Writer.TryWrite(message);
    }

    /// <summary>Says how far the watch is, if it has nothing else to read.</summary>
    public void OfferProgress(Revision revision)
    {
        if (Volatile.Read(ref _changes) == 0 && revision > query.After)
            _messages.Writer.TryWrite(new StoreWatchMessage.Progress(revision));
    }

    public void End(Exception reason) => _messages.Writer.TryComplete(reason);

    /// <summary>Reads until <see cref="End"/>, and throws its reason then.</summary>
    public async IAsyncEnumerable<StoreWatchMessage> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var message in _messages.Reader.ReadAllAsync(cancel))
        {
            if (message is StoreWatchMessage.Changed changed)
            {
                Interlocked.Add(ref _changes, -changed.Changes.Count);
                Interlocked.Add(ref _bytes, -BytesOf(changed));
            }

            yield return message;
        }
    }

    private static long BytesOf(StoreWatchMessage.Changed message)
    {
        var bytes = 0L;
        foreach (var change in message.Changes)
            bytes += BytesOf(change);
        return bytes;
    }

    // Most transactions have one change, and most watchers want all: no list is made then.
    private StoreWatchMessage.Changed? Select(StoreWatchMessage.Changed changed)
    {
        var wanted = 0;
        foreach (var change in changed.Changes)
        {
            if (IsWanted(change))
                wanted++;
        }

        return wanted == 0 ? null
            : wanted == changed.Changes.Count ? changed
            : changed with { Changes = [.. changed.Changes.Where(IsWanted)] };
    }

    private bool IsWanted(StoreChange change) => change.Key.StartsWith(query.Prefix, StringComparison.Ordinal);
}
