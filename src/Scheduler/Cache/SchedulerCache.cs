using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Cache;

/// <summary>
/// What the scheduler believes of nodes and the pods on them: what the informers told, and the pods that it has placed itself but not yet been told of (assumed).
/// </summary>
/// <remarks>
/// Invariants: a pod counts on at most one node; an assumed pod counts until it is confirmed (told as assigned), forgotten (its binding failed) or told as gone,
/// and never expires, as upstream has it: the informer misses no deletion, and to give its room away early would overcommit the node.
/// Pods may be told before their node: they wait in <c>_pods</c> alone. The lock is held for the time of a few dictionary operations.
/// </remarks>
internal sealed class SchedulerCache
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, NodeInfo> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Placed> _pods = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private bool _isNodeSetChanged = true;

    /// <summary>Nodes, pods, and those of the pods that are assumed.</summary>
    public (int Nodes, int Pods, int Assumed) Sizes
    {
        get
        {
            lock (_lock)
                return (_nodes.Count, _pods.Count, _pods.Values.Count(static placed => placed.IsAssumed));
        }
    }

    /// <summary>Counts the pod on the node from now on, before the server knows.</summary>
    public void Assume(PodInfo pod, string node)
    {
        lock (_lock)
            Put(new(pod, node, IsAssumed: true));
    }

    /// <summary>The binding failed: an assumed pod counts no more. One that was confirmed stays.</summary>
    public void Forget(string uid)
    {
        lock (_lock)
        {
            if (IsAssumedLocked(uid))
                Take(uid);
        }
    }

    /// <summary>Is its binding under way, or not yet told?</summary>
    public bool IsAssumed(string uid)
    {
        lock (_lock)
            return IsAssumedLocked(uid);
    }

    /// <summary>The informer told of a pod on a node: new, changed, or the confirmation of an assumed one.</summary>
    public void Confirm(Pod pod)
    {
        var info = new PodInfo(pod);
        lock (_lock)
            Put(new(info, pod.Spec.NodeName, IsAssumed: false));
    }

    /// <summary>The pod is gone, or has ended.</summary>
    public void Remove(string uid)
    {
        lock (_lock)
            Take(uid);
    }

    /// <summary>A node, new or changed.</summary>
    public void Set(Node node)
    {
        lock (_lock)
        {
            var name = node.Metadata.Name;
            _isNodeSetChanged |= !_nodes.TryGetValue(name, out var known) || AreZonesDifferent(known.Node, node);
            var pods = known?.Pods ?? [.. _pods.Values.Where(placed => placed.Node == name).Select(static placed => placed.Pod)];
            _nodes[name] = NodeInfo.Of(node, pods);
            _changed.Add(name);
        }
    }

    /// <summary>The node is gone; its pods are told of on their own.</summary>
    public void RemoveNode(string name)
    {
        lock (_lock)
            _isNodeSetChanged |= _nodes.Remove(name);
    }

    /// <summary>Brings a snapshot up to date by what changed since the last time. There is one snapshot a cache.</summary>
    public void Refresh(Snapshot snapshot)
    {
        lock (_lock)
        {
            if (_isNodeSetChanged)
            {
                snapshot.Reset(_nodes.Values);
            }
            else
            {
                foreach (var name in _changed)
                    snapshot.Replace(_nodes[name]);
            }
            _changed.Clear();
            _isNodeSetChanged = false;
        }
    }

    private bool IsAssumedLocked(string uid) => _pods.TryGetValue(uid, out var placed) && placed.IsAssumed;

    private void Put(Placed placed)
    {
        Take(placed.Pod.Uid);
        _pods[placed.Pod.Uid] = placed;
        if (_nodes.TryGetValue(placed.Node, out var node))
            Change(node.With(placed.Pod));
    }

    private void Take(string uid)
    {
        if (_pods.Remove(uid, out var placed) && _nodes.TryGetValue(placed.Node, out var node))
            Change(node.Without(placed.Pod));
    }

    private void Change(NodeInfo node)
    {
        _nodes[node.Name] = node;
        _changed.Add(node.Name);
    }

    private static bool AreZonesDifferent(Node one, Node other) =>
        one.Metadata.Labels.Find("topology.kubernetes.io/zone") != other.Metadata.Labels.Find("topology.kubernetes.io/zone")
        || one.Metadata.Labels.Find("topology.kubernetes.io/region") != other.Metadata.Labels.Find("topology.kubernetes.io/region");

    private sealed record Placed(PodInfo Pod, string Node, bool IsAssumed);
}
