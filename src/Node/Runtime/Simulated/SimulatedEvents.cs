using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ControlPlane.Node.Runtime.Simulated;

/// <summary>Tells every listener what happens. One that doesn't keep up loses its stream, as with a real runtime, and starts over by listing.</summary>
internal sealed class SimulatedEvents
{
    private const int PendingMax = 10_000; // some events for each of a node's pods at once

    private readonly Lock _lock = new();
    private readonly List<Channel<LifecycleEvent>> _listeners = [];

    /// <summary>Tells all.</summary>
    public void Publish(LifecycleEvent change)
    {
        lock (_lock)
        {
            _listeners.RemoveAll(listener => !listener.Writer.TryWrite(change) && listener.Writer.TryComplete(
                new RuntimeException(RuntimeFailure.Unavailable, $"more than {PendingMax} events are waiting to be read")));
        }
    }

    /// <summary>Listens from the call on, also while nothing is read yet.</summary>
    public IAsyncEnumerable<LifecycleEvent> WatchAsync(CancellationToken cancel)
    {
        var listener = Channel.CreateBounded<LifecycleEvent>(PendingMax);
        lock (_lock)
            _listeners.Add(listener);
        return ReadAsync(listener, cancel);
    }

    /// <summary>Ends all streams: the runtime goes.</summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach (var listener in _listeners)
                listener.Writer.TryComplete(new RuntimeException(RuntimeFailure.Unavailable, "the simulated runtime has ended"));
            _listeners.Clear();
        }
    }

    private async IAsyncEnumerable<LifecycleEvent> ReadAsync(Channel<LifecycleEvent> listener, [EnumeratorCancellation] CancellationToken cancel)
    {
        try
        {
            await foreach (var change in listener.Reader.ReadAllAsync(cancel))
                yield return change;
        }
        finally
        {
            lock (_lock)
                _listeners.Remove(listener);
        }
    }
}
