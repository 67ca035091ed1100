using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Pods;

/// <summary>
/// The objects of one kind that this node's pods refer to, each followed by a watch of its own: a node may read only what its pods name, so it can't follow all.
/// A watch begins with the first pod that asks and ends with the last that goes.
/// </summary>
internal sealed class ReferencedObjects<T>(IApiTransport transport, TimeProvider clock, Random random, ILogger log) : IAsyncDisposable
    where T : class, IApiObject<T>
{
    private static readonly TimeSpan SyncLimit = TimeSpan.FromSeconds(10); // kubelet: watch-based manager waits for its caches for 10 s

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Watched> _watched = [];

    /// <summary>The object, or null where there is none. The pod is told of changes (by <paramref name="changed"/>) until <see cref="ReleaseAsync"/>.</summary>
    /// <exception cref="TimeoutException">The API doesn't show it: unreachable, or forbidden.</exception>
    public async Task<T?> FindAsync(ObjectKey key, string podUid, Action changed, CancellationToken cancel)
    {
        Watched watched;
        lock (_lock)
        {
            if (!_watched.TryGetValue(key, out watched!))
                _watched[key] = watched = new Watched(Follow(key));
            watched.Pods[podUid] = changed;
        }
        try
        {
            await watched.Informer.WaitForSyncAsync(cancel).WaitAsync(SyncLimit, clock, cancel);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"failed to sync {T.Kind.Kind.ToLowerInvariant()} cache: timed out waiting for the condition");
        }
        return watched.Informer.Store.Find(key);
    }

    /// <summary>The pod is gone.</summary>
    public async Task ReleaseAsync(string podUid)
    {
        var unused = new List<Watched>();
        lock (_lock)
        {
            foreach (var (key, watched) in _watched.ToList())
            {
                if (!watched.Pods.Remove(podUid) || watched.Pods.Count > 0)
                    continue;
                _watched.Remove(key);
                unused.Add(watched);
            }
        }
        foreach (var watched in unused)
            await watched.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Watched> all;
        lock (_lock)
        {
            all = [.. _watched.Values];
            _watched.Clear();
        }
        foreach (var watched in all)
            await watched.DisposeAsync();
    }

    private Informer<T> Follow(ObjectKey key)
    {
        var query = new ObjectQuery { Namespace = key.Namespace, Fields = "metadata.name=" + key.Name };
        var informer = new Informer<T>(transport, new InformerOptions { Query = query }, clock, random, log);
        informer.Subscribe(change =>
        {
            if (!change.IsInitial)
                TellPods(key);
        });
        return informer;
    }

    private void TellPods(ObjectKey key)
    {
        List<Action> pods;
        lock (_lock)
            pods = _watched.TryGetValue(key, out var watched) ? [.. watched.Pods.Values] : [];
        foreach (var changed in pods)
            changed();
    }

    /// <summary>One followed object and the pods that refer to it.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _following;

        public Watched(Informer<T> informer)
        {
            Informer = informer;
            _following = informer.RunAsync(_stop.Token);
        }

        public Informer<T> Informer { get; }

        public Dictionary<string, Action> Pods { get; } = new(StringComparer.Ordinal);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _following;
            _stop.Dispose();
        }
    }
}
