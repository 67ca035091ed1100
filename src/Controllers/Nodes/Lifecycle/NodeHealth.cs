using System.Collections.Concurrent;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Coordination;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>When each node was last heard of, by this process's clock: clocks of nodes are not to be trusted, only that what they write changes.</summary>
internal sealed class NodeHealth(TimeProvider clock, ControllerSettings settings)
{
    private readonly ConcurrentDictionary<string, Heard> _heard = new(StringComparer.Ordinal);
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>Takes note of what the node says of itself now.</summary>
    /// <returns>Is it the first time?</returns>
    public bool Observe(Node node)
    {
        var heartbeat = HeartbeatOf(node);
        var isNew = false;
        _heard.AddOrUpdate(
            node.Metadata.Name,
            _ => Renew(isNew = true),
            (_, last) => last.Uid == node.Metadata.Uid ? last.Heartbeat == heartbeat || heartbeat is null ? last : Renew(false) : Renew(isNew = true));
        return isNew;

        // One that never reported counts from when it was made, the others from now: nobody knows how long this process was away.
        Heard Renew(bool isFirst) => new(node.Metadata.Uid, heartbeat, isFirst && heartbeat is null ? node.Metadata.CreationTimestamp : clock.GetUtcNow());
    }

    /// <summary>Takes note of a lease that was made or renewed.</summary>
    public void Observe(Lease lease)
    {
        if (_heard.TryGetValue(lease.Metadata.Name, out var last))
            _heard.TryUpdate(lease.Metadata.Name, last with { At = clock.GetUtcNow() }, last);
    }

    /// <summary>The node is gone.</summary>
    /// <returns>Its uid; null where it was not known.</returns>
    public string? Forget(string node) => _heard.TryRemove(node, out var last) ? last.Uid : null;

    /// <summary>All nodes get their grace once more: it was this process, or the network, that did not hear them.</summary>
    public void StartOver() => _notBefore = clock.GetUtcNow();

    /// <summary>Until when the node is trusted to be as it said last.</summary>
    public DateTimeOffset TrustedUntil(Node node)
    {
        var grace = HeartbeatOf(node) is null ? settings.NodeStartupGracePeriod : settings.NodeMonitorGracePeriod;
        var heard = _heard.TryGetValue(node.Metadata.Name, out var last) ? last.At : clock.GetUtcNow();
        return (heard > _notBefore ? heard : _notBefore) + grace;
    }

    private static Timestamp? HeartbeatOf(Node node) => node.Status.Conditions.FirstOrDefault(static condition => condition.Type == "Ready")?.LastHeartbeatTime;

    private sealed record Heard(string Uid, Timestamp? Heartbeat, DateTimeOffset At);
}
