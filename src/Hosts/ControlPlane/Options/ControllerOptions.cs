using System.Collections.Immutable;
using System.Net;
using ControlPlane.Client;
using ControlPlane.Cloud;
using ControlPlane.Controllers;

namespace ControlPlane;

/// <summary>The controllers. Names and defaults are kube-controller-manager's where it has such a flag.</summary>
internal sealed partial record ControllerOptions
{
    public const string Title = "Controllers";

    [Flag("--controllers", "Controllers to run: '*' for all that are on by default, 'name' for one, '-name' for not that one.")]
    public ImmutableArray<string> Controllers { get; init; } = ["*", "bootstrapsigner", "tokencleaner"]; // as kubeadm runs kube-controller-manager

    [Flag("--allocate-node-cidrs", "Give every node its part of the pod addresses.")]
    public bool AllocateNodeCidrs { get; init; } = true;

    [Flag("--cluster-cidr", "Addresses of pods; every node gets a part of it.")]
    public string ClusterCidr { get; init; } = "10.244.0.0/16";

    [Flag("--node-cidr-mask-size", "Size of a node's part of the pod addresses.", Least = 1, Most = 128)]
    public int NodeCidrMaskSize { get; init; } = 24; // kube-controller-manager default

    [Flag("--node-monitor-period", "How often nodes are looked at.", Least = 0.1)]
    public TimeSpan NodeMonitorPeriod { get; init; } = TimeSpan.FromSeconds(5); // kube-controller-manager default

    [Flag("--node-monitor-grace-period", "A node whose lease is older than this is not ready.", Least = 1)]
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(50); // kube-controller-manager default

    [Flag("--node-startup-grace-period", "The same for a node that has never reported.", Least = 1)]
    public TimeSpan NodeStartupGracePeriod { get; init; } = TimeSpan.FromMinutes(1); // kube-controller-manager default

    [Flag("--node-eviction-rate", "Nodes a second whose pods are evicted, in a healthy zone.", Least = 0)]
    public double NodeEvictionRate { get; init; } = 0.1; // kube-controller-manager default

    [Flag("--secondary-node-eviction-rate", "The same in a large zone that is unhealthy.", Least = 0)]
    public double SecondaryNodeEvictionRate { get; init; } = 0.01; // kube-controller-manager default

    [Flag("--large-cluster-size-threshold", "Zones with at most so many nodes see no evictions while unhealthy.", Least = 0)]
    public int LargeClusterSizeThreshold { get; init; } = 50; // kube-controller-manager default

    [Flag("--unhealthy-zone-threshold", "The part of a zone's nodes that must be not ready for it to be unhealthy; at least 3.", Least = 0, Most = 1)]
    public double UnhealthyZoneThreshold { get; init; } = 0.55; // kube-controller-manager default

    [Flag("--terminated-pod-gc-threshold", "So many ended pods may stay; 0 for any number.", Least = 0)]
    public int TerminatedPodThreshold { get; init; } = 12500; // kube-controller-manager default

    [Flag("--max-endpoints-per-slice", "Endpoints that an EndpointSlice may have.", Least = 1, Most = 1000)]
    public int MaxEndpointsPerSlice { get; init; } = 100; // kube-controller-manager default

    partial void Check(OptionErrors errors)
    {
        errors.Network("--cluster-cidr", ClusterCidr);
        if (IPNetwork.TryParse(ClusterCidr, out var pods) && NodeCidrMaskSize < pods.PrefixLength)
            errors.Add($"--node-cidr-mask-size {NodeCidrMaskSize} is larger than --cluster-cidr {ClusterCidr}: it must be at least {pods.PrefixLength}");
        foreach (var wrong in ControllerSelection.Validate(Controllers, ControllerHost.Describe(ControllerCatalog.All(new ControllerSettings())).Concat(CloudCatalog.Describe())))
            errors.Add(wrong);
    }
}
