using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>How a zone is doing.</summary>
internal enum ZoneState
{
    /// <summary>Most of its nodes are ready.</summary>
    Normal,

    /// <summary>So many are not that it may be the zone's network rather than they.</summary>
    PartialDisruption,

    /// <summary>None is ready.</summary>
    FullDisruption,
}

/// <summary>
/// Decides how fast pods may be driven from nodes that are not ready: slower in a zone where many are, not at all in a small one, nor where no node of the
/// cluster is ready, for then it is more likely that this process cannot hear them.
/// </summary>
internal sealed class NodeZones(TimeProvider clock, ControllerSettings settings)
{
    private const int TroubleFrom = 3; // node_lifecycle_controller.go: ComputeZoneState, notReadyNodes > 2

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Zone, bool IsReady)> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Zone> _zones = new(StringComparer.Ordinal);
    private bool _isAllDown;

    /// <summary>Is no node of any zone ready?</summary>
    public bool IsAllDown
    {
        get
        {
            lock (_lock)
                return _isAllDown;
        }
    }

    /// <summary>Takes note of a node's state.</summary>
    /// <returns>True where the cluster has just come back from being all down.</returns>
    public bool Observe(Node node, bool isReady)
    {
        lock (_lock)
        {
            Remove(node.Metadata.Name);
            // core/v1: LabelNodeDisruptionExclusion, for nodes that come and go by nature.
            if (!node.Metadata.Labels.ContainsKey("node.kubernetes.io/exclude-disruption"))
                Add(node.Metadata.Name, KeyOf(node), isReady);
            return Review();
        }
    }

    /// <summary>The node is gone.</summary>
    /// <returns>True where the cluster has just come back from being all down.</returns>
    public bool Forget(string node)
    {
        lock (_lock)
        {
            Remove(node);
            return Review();
        }
    }

    /// <summary>May pods be driven from this node now? Yes counts against the zone's rate.</summary>
    public bool TryEvict(Node node)
    {
        lock (_lock)
        {
            if (_isAllDown)
                return false;
            var zone = ZoneOf(KeyOf(node));
            return zone.TryTake(RateOf(zone), clock.GetUtcNow());
        }
    }

    /// <summary>How the node's zone is doing.</summary>
    public ZoneState StateOf(Node node)
    {
        lock (_lock)
            return StateOf(ZoneOf(KeyOf(node)));
    }

    private ZoneState StateOf(Zone zone)
    {
        var part = zone.Count == 0 ? 0 : (double)zone.NotReady / zone.Count;
        return zone.NotReady == zone.Count && zone.Count > 0 ? ZoneState.FullDisruption
            : zone.NotReady >= TroubleFrom && part >= settings.UnhealthyZoneThreshold ? ZoneState.PartialDisruption
            : ZoneState.Normal;
    }

    private double RateOf(Zone zone) => StateOf(zone) != ZoneState.PartialDisruption ? settings.NodeEvictionRate
        : zone.Count > settings.LargeClusterSize ? settings.SecondaryNodeEvictionRate
        : 0;

    private bool Review()
    {
        var was = _isAllDown;
        _isAllDown = _nodes.Count > 0 && _zones.Values.All(static zone => zone.NotReady == zone.Count);
        return was && !_isAllDown;
    }

    private void Add(string node, string key, bool isReady)
    {
        _nodes[node] = (key, isReady);
        var zone = ZoneOf(key);
        zone.Count++;
        zone.NotReady += isReady ? 0 : 1;
    }

    private void Remove(string node)
    {
        if (!_nodes.Remove(node, out var known))
            return;
        var zone = ZoneOf(known.Zone);
        zone.Count--;
        zone.NotReady -= known.IsReady ? 0 : 1;
    }

    private Zone ZoneOf(string key)
    {
        if (!_zones.TryGetValue(key, out var zone))
            _zones[key] = zone = new();
        return zone;
    }

    private static string KeyOf(Node node) =>
        $"{node.Metadata.Labels.Find("topology.kubernetes.io/region")}/{node.Metadata.Labels.Find("topology.kubernetes.io/zone")}";

    // A token bucket of one token (scheduler: EvictionRateLimiterBurst).
    private sealed class Zone
    {
        private double _tokens = 1;
        private DateTimeOffset _filled = DateTimeOffset.MaxValue;

        public int Count { get; set; }

        public int NotReady { get; set; }

        public bool TryTake(double perSecond, DateTimeOffset now)
        {
            _tokens = Math.Min(1, _tokens + (Math.Max(0, (now - _filled).TotalSeconds) * perSecond));
            _filled = now;
            if (perSecond <= 0 || _tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
