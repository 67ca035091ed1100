using ControlPlane.Controllers.Certificates;

namespace ControlPlane.Controllers;

/// <summary>What the command line decides about controllers; the flags are kube-controller-manager's.</summary>
public sealed record ControllerSettings
{
    /// <summary>The certificate authority that pods trust the server by, PEM (--root-ca-file); "" where none is published.</summary>
    public string RootCertificate { get; init; } = "";

    /// <summary>Give each node a part of <see cref="ClusterCidrs"/> (--allocate-node-cidrs).</summary>
    public bool AllocateNodeCidrs { get; init; } = true;

    /// <summary>Addresses of pods, at most one network of each family (--cluster-cidr).</summary>
    public IReadOnlyList<string> ClusterCidrs { get; init; } = ["10.244.0.0/16"];

    /// <summary>Addresses of services, which no node gets where they lie within <see cref="ClusterCidrs"/> (--service-cluster-ip-range).</summary>
    public IReadOnlyList<string> ServiceCidrs { get; init; } = [];

    /// <summary>Size of a node's part of IPv4 (--node-cidr-mask-size-ipv4).</summary>
    public int NodeMaskSizeIPv4 { get; init; } = 24;

    /// <summary>Size of a node's part of IPv6 (--node-cidr-mask-size-ipv6).</summary>
    public int NodeMaskSizeIPv6 { get; init; } = 64;

    /// <summary>Endpoints a slice may have (--max-endpoints-per-slice).</summary>
    public int MaxEndpointsPerSlice { get; init; } = 100;

    /// <summary>How often nodes are looked at (--node-monitor-period).</summary>
    public TimeSpan NodeMonitorPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A node that has not been heard of for so long is not ready (--node-monitor-grace-period).</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>The same for a node that never reported (--node-startup-grace-period).</summary>
    public TimeSpan NodeStartupGracePeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Nodes tainted a second in a healthy zone (--node-eviction-rate).</summary>
    public double NodeEvictionRate { get; init; } = 0.1;

    /// <summary>Nodes tainted a second in a zone in trouble (--secondary-node-eviction-rate).</summary>
    public double SecondaryNodeEvictionRate { get; init; } = 0.01;

    /// <summary>Zones with at most so many nodes are not tainted at all when in trouble (--large-cluster-size-threshold).</summary>
    public int LargeClusterSize { get; init; } = 50;

    /// <summary>The part of a zone's nodes that must be not ready for it to be in trouble (--unhealthy-zone-threshold).</summary>
    public double UnhealthyZoneThreshold { get; init; } = 0.55;

    /// <summary>So many ended pods may stay (--terminated-pod-gc-threshold); 0 for any number.</summary>
    public int TerminatedPodThreshold { get; init; } = 12_500;

    /// <summary>Signs approved requests for certificates (--cluster-signing-cert-file, --cluster-signing-key-file); null where nobody does.</summary>
    public SignCertificate? SignCertificate { get; init; }

    /// <summary>The longest time that signed certificates are valid for (--cluster-signing-duration).</summary>
    public TimeSpan ClusterSigningDuration { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Resources that are not collected as garbage.</summary>
    public IReadOnlyList<string> UncollectedResources { get; init; } = ["events", "events.events.k8s.io"];
}
