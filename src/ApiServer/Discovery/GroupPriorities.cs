using System.Collections.Frozen;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>Where a group version stands among the others: the priorities of its APIService.</summary>
/// <param name="Group">spec.groupPriorityMinimum: higher groups stand first.</param>
/// <param name="Version">spec.versionPriority: higher versions stand first.</param>
public readonly record struct GroupPriority(int Group, int Version);

/// <summary>The order of groups in /apis, as data (pkg/controlplane/apiserver: DefaultGenericAPIServicePriorities).</summary>
public static class GroupPriorities
{
    /// <summary>What a group of custom resources gets (apiextensions: autoregistration).</summary>
    public static GroupPriority OfCustomResources { get; } = new(1000, 100);

    /// <summary>The aggregation layer's own group, which has no APIService and always stands first (kube-aggregator: pkg/apiserver/handler_apis.go).</summary>
    private static readonly GroupVersion Aggregation = new("apiregistration.k8s.io", "v1");

    /// <summary>The priorities of the groups that the server knows by itself: each is an APIService.</summary>
    public static FrozenDictionary<GroupVersion, GroupPriority> BuiltIn { get; } = new Dictionary<GroupVersion, GroupPriority>
    {
        [new("", "v1")] = new(18000, 1),
        [new("apps", "v1")] = new(17800, 15),
        [new("events.k8s.io", "v1")] = new(17750, 15),
        [new("authentication.k8s.io", "v1")] = new(17700, 15),
        [new("authorization.k8s.io", "v1")] = new(17600, 15),
        [new("autoscaling", "v2")] = new(17500, 30),
        [new("autoscaling", "v1")] = new(17500, 15),
        [new("batch", "v1")] = new(17400, 15),
        [new("certificates.k8s.io", "v1")] = new(17300, 15),
        [new("networking.k8s.io", "v1")] = new(17200, 15),
        [new("policy", "v1")] = new(17100, 15),
        [new("rbac.authorization.k8s.io", "v1")] = new(17000, 15),
        [new("storage.k8s.io", "v1")] = new(16800, 15),
        [new("admissionregistration.k8s.io", "v1")] = new(16700, 15),
        [new("apiextensions.k8s.io", "v1")] = new(16700, 15),
        [new("scheduling.k8s.io", "v1")] = new(16600, 15),
        [new("coordination.k8s.io", "v1")] = new(16500, 15),
        [new("node.k8s.io", "v1")] = new(16300, 15),
        [new("discovery.k8s.io", "v1")] = new(16200, 15),
        [new("resource.k8s.io", "v1")] = new(16200, 21),
        [new("flowcontrol.apiserver.k8s.io", "v1")] = new(16100, 21),
    }.ToFrozenDictionary();

    /// <summary>The priority of a group version.</summary>
    public static GroupPriority Of(GroupVersion version) =>
        version == Aggregation ? new(int.MaxValue, 1) : BuiltIn.TryGetValue(version, out var known) ? known : OfCustomResources;
}
