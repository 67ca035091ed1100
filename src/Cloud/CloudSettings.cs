namespace ControlPlane.Cloud;

/// <summary>What the command line decides about the cloud controllers; the flags are those of upstream's cloud controller manager.</summary>
public sealed record CloudSettings
{
    /// <summary>Tells clusters in one cloud apart (--cluster-name).</summary>
    public string ClusterName { get; init; } = "kubernetes";

    /// <summary>Addresses of pods; routes elsewhere are not this cluster's (--cluster-cidr).</summary>
    public IReadOnlyList<string> ClusterCidrs { get; init; } = ["10.244.0.0/16"];

    /// <summary>Make routes, where the cloud has them (--configure-cloud-routes).</summary>
    public bool ConfiguresRoutes { get; init; } = true;

    /// <summary>How often nodes that are not ready are looked up in the cloud (--node-monitor-period).</summary>
    public TimeSpan NodeMonitorPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the addresses of all nodes are (--node-status-update-frequency).</summary>
    public TimeSpan NodeStatusUpdatePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often routes are compared with the nodes (--route-reconciliation-period).</summary>
    public TimeSpan RoutePeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Nodes initialized at once (--concurrent-node-syncs).</summary>
    public int ConcurrentNodes { get; init; } = 1;

    /// <summary>Services worked on at once (--concurrent-service-syncs).</summary>
    public int ConcurrentServices { get; init; } = 1;
}
