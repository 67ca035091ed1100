using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>Controllers and scheduler. Names and defaults are kube-controller-manager's where it has such a flag.</summary>
internal sealed partial record ControllerOptions
{
    [Flag("--controllers", "Controllers to run: '*' for all that are on by default, 'name' for one, '-name' for not that one.")]
    public ImmutableArray<string> Controllers { get; init; } = ["*", "bootstrapsigner", "tokencleaner"]; // as kubeadm runs kube-controller-manager

    [Flag("--cluster-cidr", "Addresses of pods; every node gets a part of it.")]
    public string ClusterCidr { get; init; } = "10.244.0.0/16";

    [Flag("--node-cidr-mask-size", "Size of a node's part of the pod addresses.")]
    public int NodeCidrMaskSize { get; init; } = 24; // kube-controller-manager default

    [Flag("--node-monitor-grace-period", "A node whose lease is older than this is not ready.")]
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(50); // kube-controller-manager default

    [Flag("--leader-elect", "Only one of several servers runs controllers and scheduler.")]
    public bool LeaderElect { get; init; } = true;
}
