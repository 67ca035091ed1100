namespace ControlPlane.Scheduler.Cache;

/// <summary>Orders nodes so that zones take turns (upstream: node_tree.go): looking at only some of the nodes then still sees every zone.</summary>
internal static class ZoneOrder
{
    public static NodeInfo[] Of(IReadOnlyCollection<NodeInfo> nodes)
    {
        var zones = nodes
            .GroupBy(static node => ZoneOf(node))
            .Select(static zone => zone.OrderBy(static node => node.Name, StringComparer.Ordinal).ToArray())
            .ToArray();
        if (zones.Length == 1)
            return zones[0];
        var ordered = new List<NodeInfo>(nodes.Count);
        for (var turn = 0; ordered.Count < nodes.Count; turn++)
        {
            foreach (var zone in zones)
            {
                if (turn < zone.Length)
                    ordered.Add(zone[turn]);
            }
        }
        return [.. ordered];
    }

    private static (string? Region, string? Zone) ZoneOf(NodeInfo node)
    {
        var labels = node.Node.Metadata.Labels;
        return (labels.Find("topology.kubernetes.io/region"), labels.Find("topology.kubernetes.io/zone"));
    }
}
