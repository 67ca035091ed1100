using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client.Informers;

/// <summary>
/// Follows one resource: lists it, watches from there, lists again where the watch cannot go on (410), and keeps what it has learned in
/// <see cref="Store"/>. Many handlers share it.
/// </summary>
/// <remarks>
/// Invariants: handlers are called by one loop, in the order of the changes, after the store has them; a handler never misses a change, but sees several as one
/// after a new list; deletions missed while not watching are told from the list. Handlers must be quick: they enqueue, they do not act.
/// </remarks>
public sealed partial class Informer<T>
    where T : class, IApiObject<T>
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private readonly IApiTransport _transport;
    private readonly InformerOptions _options;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly ILogger _log;
    private readonly ApiRequest _request;
    private readonly Lock _delivery = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action<ObjectChange<T>>> _handlers = [];
    private bool _watchList;
    private string _resourceVersion = "";

    /// <summary>An informer that does nothing until <see cref="RunAsync"/>.</summary>
    public Informer(IApiTransport transport, InformerOptions options, TimeProvider clock, Random random, ILogger log)
    {
        (_transport, _options, _clock, _random, _log) = (transport, options, clock, random, log);
        _request = ApiRequests.For(options.Resource ?? T.Resource.GroupVersionResource, options.Query);
        _watchList = options.UseWatchList;
    }

    /// <summary>What is known.</summary>
    public ObjectStore<T> Store { get; } = new();

    /// <summary>Has the first list been stored and told?</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>Waits for the first list.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel) => _synced.Task.WaitAsync(cancel);

    /// <summary>Adds a handler; it is told at once of all that is in the store. Dispose the result to end it.</summary>
    public IDisposable Subscribe(Action<ObjectChange<T>> handler)
    {
        lock (_delivery)
        {
            foreach (var item in Store.List())
                handler(new(null, item, true));
            _handlers.Add(handler);
        }
        return new Subscription(this, handler);
    }

    /// <summary>Tells all handlers of all objects again, without a change, in case one has forgotten something.</summary>
    public void Resync()
    {
        lock (_delivery)
        {
            foreach (var item in Store.List())
                Tell(new(item, item, false));
        }
    }

    /// <summary>Follows until cancelled. Failures are logged and tried again.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var backOff = new BackOff(_options.MinBackOff, _options.MaxBackOff, _clock, _random);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (_resourceVersion.Length == 0)
                    await LoadAsync(cancel);
                await FollowAsync(backOff, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException expired) when (expired.Code == 410)
            {
                _resourceVersion = "";
            }
            catch (Exception failure)
            {
                Failed(_log, failure, _request.Resource);
                await PauseAsync(backOff, cancel);
            }
        }
    }

    private static async Task PauseAsync(BackOff backOff, CancellationToken cancel) =>
        await backOff.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task LoadAsync(CancellationToken cancel)
    {
        if (_watchList)
        {
            try
            {
                await LoadByWatchAsync(cancel);
                return;
            }
            catch (ApiException refused) when (refused.Code is 400 or 405 or 422)
            {
                _watchList = false; // The server is older than WatchList, or has it switched off.
            }
        }
        await LoadByListAsync(cancel);
    }

    private async Task LoadByListAsync(CancellationToken cancel)
    {
        // What is at hand will do for the first list; afterwards nothing older than what was seen may come.
        var request = Store.Version == 0 ? _request with { ResourceVersion = "0" } : _request;
        var list = await _transport.ListPagesAsync<T>(request, cancel);
        Replace(list.Items, list.ResourceVersion);
    }

    private async Task LoadByWatchAsync(CancellationToken cancel)
    {
        var request = WatchFrom("") with { SendInitialEvents = true, ResourceVersionMatch = "NotOlderThan" };
        var items = new Dictionary<ObjectKey, T>();
        // The same watch goes on after the bookmark: no change can fall between a list and a watch.
        var isLoaded = false;
        await foreach (var change in _transport.WatchAsync<T>(request, cancel))
        {
            if (isLoaded)
                Apply(change);
            else if (change.Type == WatchEventType.Bookmark && IsInitialEnd(change.Object))
            {
                Replace([.. items.Values], change.Object.Metadata.ResourceVersion);
                isLoaded = true;
            }
            else if (change.Type == WatchEventType.Deleted)
                items.Remove(change.Object.Key);
            else if (change.Type != WatchEventType.Bookmark)
                items[change.Object.Key] = change.Object;
        }
        if (!isLoaded)
            throw new IOException("the watch ended before the present state was told");
    }

    private async Task FollowAsync(BackOff backOff, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var started = _clock.GetTimestamp();
            var any = false;
            await foreach (var change in _transport.WatchAsync<T>(WatchFrom(_resourceVersion), cancel))
            {
                any = true;
                Apply(change);
            }
            // A server that ends watches at once must not be asked again in a tight loop (client-go: "very short watch").
            if (!any && _clock.GetElapsedTime(started) < TimeSpan.FromSeconds(1))
                await backOff.WaitAsync(cancel);
        }
    }

    private ApiRequest WatchFrom(string resourceVersion) => _request with
    {
        ResourceVersion = resourceVersion,
        AllowWatchBookmarks = true,
        Limit = 0,
        Timeout = _options.WatchTimeout * (1 + _random.NextDouble()),
    };

    private void Replace(IReadOnlyList<T> items, string resourceVersion)
    {
        lock (_delivery)
        {
            foreach (var change in Store.Replace(items, VersionOf(resourceVersion), isInitial: !HasSynced))
                Tell(change);
            _resourceVersion = resourceVersion;
        }
        _synced.TrySetResult();
    }

    private void Apply(WatchEvent<T> change)
    {
        var resourceVersion = change.Object.Metadata.ResourceVersion;
        var version = VersionOf(resourceVersion);
        lock (_delivery)
        {
            if (change.Type == WatchEventType.Bookmark)
                Store.Bookmark(version);
            else if (change.Type == WatchEventType.Deleted)
                Tell(new(Store.Remove(change.Object.Key, version), null, false), change.Object);
            else
                Tell(new(Store.Set(change.Object, version), change.Object, false));
            _resourceVersion = resourceVersion;
        }
    }

    // The last state that was seen may miss what the deletion itself changed: handlers get the final one.
    private void Tell(ObjectChange<T> change, T final)
    {
        if (change.Before is not null)
            Tell(change with { Before = final });
    }

    private void Tell(ObjectChange<T> change)
    {
        foreach (var handler in _handlers)
            handler(change);
    }

    private static bool IsInitialEnd(T bookmark) => bookmark.Metadata.Annotations.Find(InitialEventsEnd) == "true";

    private static long VersionOf(string resourceVersion) =>
        long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    private sealed class Subscription(Informer<T> informer, Action<ObjectChange<T>> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (informer._delivery)
                informer._handlers.Remove(handler);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Following {Resource} failed and will be tried again")]
    private static partial void Failed(ILogger log, Exception failure, GroupVersionResource resource);
}
