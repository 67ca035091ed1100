using System.Collections.Concurrent;
using ControlPlane.Client.Informers;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods;

/// <summary>Tells a node of its pods.</summary>
internal interface IPodSource
{
    /// <summary>Tells of all that there are, then of changes, until the result is disposed.</summary>
    IDisposable Subscribe(Action<ObjectChange<Pod>> handler);

    /// <summary>Waits until all that there were have been told.</summary>
    Task WaitForSyncAsync(CancellationToken cancel);
}

/// <summary>An informer that follows one node's pods and no others.</summary>
internal sealed class OwnPods(Informer<Pod> pods) : IPodSource
{
    /// <inheritdoc/>
    public IDisposable Subscribe(Action<ObjectChange<Pod>> handler) => pods.Subscribe(handler);

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancel) => pods.WaitForSyncAsync(cancel);
}

/// <summary>One informer of all pods for many nodes: each change goes to the one node that it is about. Nodes subscribe before the informer runs.</summary>
internal sealed class SharedPods
{
    private readonly ConcurrentDictionary<string, Action<ObjectChange<Pod>>> _nodes = new(StringComparer.Ordinal);
    private readonly Informer<Pod> _pods;

    /// <summary>Over an informer that does not run yet.</summary>
    public SharedPods(Informer<Pod> pods)
    {
        _pods = pods;
        pods.Subscribe(change =>
        {
            if (_nodes.TryGetValue(change.Object.Spec.NodeName, out var handler))
                handler(change);
        });
    }

    /// <summary>One node's share.</summary>
    public IPodSource Of(string node) => new Share(this, node);

    private sealed class Share(SharedPods all, string node) : IPodSource, IDisposable
    {
        public IDisposable Subscribe(Action<ObjectChange<Pod>> handler)
        {
            all._nodes[node] = handler;
            return this;
        }

        public Task WaitForSyncAsync(CancellationToken cancel) => all._pods.WaitForSyncAsync(cancel);

        public void Dispose() => all._nodes.TryRemove(node, out _);
    }
}
