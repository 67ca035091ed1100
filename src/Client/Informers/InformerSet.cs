using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client.Informers;

/// <summary>One informer a type, shared by all who ask. Informers asked for after the start are started at once.</summary>
public sealed class InformerSet(IApiTransport transport, TimeProvider clock, Random random, ILoggerFactory logs, InformerOptions? options = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Type, Entry> _entries = [];
    private readonly List<Task> _loops = [];
    private readonly InformerOptions _options = options ?? new();
    private CancellationToken? _running;

    /// <summary>The informer of all objects of that type.</summary>
    public Informer<T> Of<T>()
        where T : class, IApiObject<T>
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(typeof(T), out var known))
                return (Informer<T>)known.Informer;
            var informer = new Informer<T>(transport, _options, clock, random, logs.CreateLogger(typeof(Informer<T>).Namespace + ".Informer"));
            var entry = new Entry(informer, informer.RunAsync, informer.WaitForSyncAsync);
            _entries[typeof(T)] = entry;
            if (_running is { } cancel)
                _loops.Add(Task.Run(() => entry.RunAsync(cancel), cancel));
            return informer;
        }
    }

    /// <summary>Waits until all informers that were asked for have their first list.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel)
    {
        lock (_lock)
            return Task.WhenAll(_entries.Values.Select(entry => entry.WaitForSyncAsync(cancel)));
    }

    /// <summary>Runs all informers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            _running = cancel;
            foreach (var entry in _entries.Values)
                _loops.Add(Task.Run(() => entry.RunAsync(cancel), cancel));
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] loops;
        lock (_lock)
            loops = [.. _loops];
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed record Entry(object Informer, Func<CancellationToken, Task> RunAsync, Func<CancellationToken, Task> WaitForSyncAsync);
}
