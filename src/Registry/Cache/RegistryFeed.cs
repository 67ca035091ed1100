using System.Collections.Frozen;
using ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Registry.Cache;

/// <summary>
/// One watch over the whole registry keeps the caches of all resources. Its revision is that of every cache: what has happened up to it has been taken in.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Changes are taken in by one loop, in order of revisions; <see cref="Revision"/> rises after all caches have the changes of a revision.</item>
/// <item>When the store fails, the caches stay readable at their age, and the watch goes on from the same revision when the store is back.</item>
/// <item>When the store has forgotten that revision, all caches are filled anew and the watches that stood on them end.</item>
/// </list>
/// </remarks>
internal sealed partial class RegistryFeed(RegistryParts parts)
{
    // How long a read waits for the feed before it makes the store tell its progress: other keys of a shared etcd may have moved its revision.
    private static readonly TimeSpan NudgeAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    private static readonly StoreTransaction Nudge = new([], [new StoreWrite.Put(RegistryParts.ProgressKey, default)]);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiters = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FrozenDictionary<string, ResourceCache> _routes = FrozenDictionary<string, ResourceCache>.Empty;
    private Task? _nudge;
    private long _revision;

    /// <summary>All changes up to this revision are in the caches.</summary>
    public Revision Revision => new(Volatile.Read(ref _revision));

    /// <summary>Feeds a cache from now on, and fills it.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async Task AddAsync(ResourceCache cache, CancellationToken cancel)
    {
        await _started.Task.WaitAsync(cancel);
        ChangeRoutes(routes => routes[RouteOf(cache)] = cache);
        await FillAsync(cache, cancel);
    }

    /// <summary>Feeds a cache no longer.</summary>
    public void Remove(ResourceCache cache)
    {
        ChangeRoutes(routes => routes.Remove(RouteOf(cache)));
        cache.Close();
    }

    /// <summary>Waits until the caches have everything that was committed before this call.</summary>
    public async ValueTask CatchUpAsync(CancellationToken cancel)
    {
        var now = await parts.Store.CurrentRevisionAsync(cancel);
        if (Revision >= now)
            return;
        if (!await WaitForAsync(now, NudgeAfter, cancel))
        {
            await NudgeAsync(now, cancel);
            await WaitForAsync(now, Timeout.InfiniteTimeSpan, cancel);
        }
    }

    /// <summary>Waits until the caches are at a revision; false when the time is over before.</summary>
    public async ValueTask<bool> WaitForAsync(Revision revision, TimeSpan atMost, CancellationToken cancel)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (Revision >= revision)
                return true;
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter, revision.Value);
        }

        try
        {
            await waiter.Task.WaitAsync(atMost, parts.Clock, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return Revision >= revision;
        }
    }

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                if (!_started.Task.IsCompleted)
                    Begin(await FirstRevisionAsync(cancel));
                await FollowAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed) when (failed is StoreUnavailableException or WatchOverrunException)
            {
                Interrupted(parts.Log, failed.Message);
                await Task.Delay(RetryAfter, parts.Clock, cancel).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    // A store without a past is given one before any cache is filled: a write, and nothing before it. So revision 1 is everywhere what it is in every cluster
    // that has lived for a while: forgotten, and "too old" for whoever asks for it.
    private async ValueTask<Revision> FirstRevisionAsync(CancellationToken cancel)
    {
        var now = await parts.Store.CurrentRevisionAsync(cancel);
        if (now.Value > 1)
            return now;
        await parts.Store.CommitAsync(Nudge, cancel);
        now = await parts.Store.CurrentRevisionAsync(cancel);
        await parts.Store.CompactAsync(now, cancel);
        return now;
    }

    private void Begin(Revision revision)
    {
        Volatile.Write(ref _revision, revision.Value);
        _started.TrySetResult();
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        await foreach (var message in parts.Store.WatchAsync(new StoreWatchQuery(RegistryParts.Root, Revision, ProgressEvery), cancel))
        {
            switch (message)
            {
                case StoreWatchMessage.Changed changed:
                    Take(changed);
                    break;
                case StoreWatchMessage.Progress progress:
                    Reach(progress.Revision);
                    foreach (var cache in _routes.Values)
                        cache.Trim();
                    break;
                case StoreWatchMessage.Compacted compacted:
                    HistoryLost(parts.Log, Revision.Value, compacted.CompactRevision.Value);
                    await RefillAsync(cancel);
                    return;
            }
        }
    }

    private void Take(StoreWatchMessage.Changed changed)
    {
        if (changed.Changes is [var only])
            RouteTo(only.Key)?.Apply(changed.Revision, [only]);
        else
            foreach (var ofOne in changed.Changes.GroupBy(change => RouteTo(change.Key)))
                ofOne.Key?.Apply(changed.Revision, ofOne.ToArray());
        Reach(changed.Revision);
    }

    private void Reach(Revision revision)
    {
        if (revision <= Revision)
            return;
        lock (_lock)
        {
            Volatile.Write(ref _revision, revision.Value);
            while (_waiters.TryPeek(out var waiter, out var wanted) && (wanted <= revision.Value || waiter.Task.IsCompleted))
                _waiters.Dequeue().TrySetResult();
        }
    }

    // "/registry/pods/ns/name": a resource's prefix has one segment, or two ("services/specs", "example.com/widgets").
    private ResourceCache? RouteTo(string key)
    {
        var path = key.AsSpan(RegistryParts.Root.Length);
        var first = path.IndexOf('/');
        if (first < 0)
            return null;
        var second = path[(first + 1)..].IndexOf('/');
        var routes = _routes.GetAlternateLookup<ReadOnlySpan<char>>();
        return second >= 0 && routes.TryGetValue(path[..(first + 1 + second)], out var cache) ? cache
            : routes.TryGetValue(path[..first], out cache) ? cache
            : null;
    }

    private static string RouteOf(ResourceCache cache) => cache.Prefix[RegistryParts.Root.Length..^1];

    private void ChangeRoutes(Action<Dictionary<string, ResourceCache>> change)
    {
        lock (_lock)
        {
            var routes = new Dictionary<string, ResourceCache>(_routes, StringComparer.Ordinal);
            change(routes);
            _routes = routes.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }

    private async Task RefillAsync(CancellationToken cancel)
    {
        // Read first: the watch goes on from here, and whatever is filled from now on is at least as new.
        var revision = await parts.Store.CurrentRevisionAsync(cancel);
        await Task.WhenAll(_routes.Values.Select(cache => FillAsync(cache, cancel)));
        Reach(revision);
    }

    private async Task FillAsync(ResourceCache cache, CancellationToken cancel)
    {
        cache.BeginFill();
        while (true)
        {
            try
            {
                // The embedded store reads on the caller's thread: caches are filled side by side, as many at once as it has connections.
                if (await Task.Run(() => CacheFill.ReadAsync(parts.Store, cache.Form, cache.Prefix, cancel), cancel) is { } filled)
                {
                    cache.Fill(filled.Objects, filled.Revision);
                    return;
                }
            }
            catch (StoreUnavailableException failed)
            {
                Interrupted(parts.Log, failed.Message);
                await Task.Delay(RetryAfter, parts.Clock, cancel);
            }
        }
    }

    // One at a time, whoever waits: the store's next revision is one that the feed sees.
    private Task NudgeAsync(Revision wanted, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (Revision >= wanted)
                return Task.CompletedTask;
            if (_nudge is null or { IsCompleted: true })
                _nudge = parts.Store.CommitAsync(Nudge, CancellationToken.None).AsTask();
            return _nudge.WaitAsync(cancel);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store's watch was interrupted, going on: {Reason}")]
    private static partial void Interrupted(ILogger log, string reason);

    [LoggerMessage(LogLevel.Warning, "The store has forgotten revision {Revision} (compacted at {Compacted}); filling the caches anew")]
    private static partial void HistoryLost(ILogger log, long revision, long compacted);
}
