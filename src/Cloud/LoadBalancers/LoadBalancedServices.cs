using ControlPlane.Client;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.LoadBalancers;

/// <summary>Which Services have a load balancer, and which nodes it may lead to.</summary>
internal static class LoadBalancedServices
{
    /// <summary>Keeps a Service until its load balancer is gone.</summary>
    public const string Finalizer = "service.kubernetes.io/load-balancer-cleanup";

    private const string Excluded = "node.kubernetes.io/exclude-from-external-load-balancers";
    private const string ToBeDeleted = "ToBeDeletedByClusterAutoscaler"; // cluster-autoscaler: the taint of nodes that it is about to remove

    extension(Service service)
    {
        /// <summary>Is it the cloud's matter? One with a class is somebody else's.</summary>
        public bool WantsLoadBalancer => service.Spec is { Type: "LoadBalancer", LoadBalancerClass: null };

        /// <summary>May it have one?</summary>
        public bool IsHeldByLoadBalancer => service.Metadata.Finalizers.Contains(Finalizer);

        /// <summary>Has it one that must go?</summary>
        public bool NeedsCleanup => service.IsHeldByLoadBalancer && (service.IsTerminating || service.Spec.Type != "LoadBalancer");
    }

    extension(Node node)
    {
        /// <summary>
        /// May load balancers send traffic to it? Readiness does not count: the load balancer checks health itself, and a set that changes with every hiccup
        /// of a node agent would drop connections.
        /// </summary>
        public bool TakesExternalTraffic =>
            !node.IsTerminating
            && !node.Metadata.Labels.ContainsKey(Excluded)
            && node.Spec.Taints.FindIndex(static taint => taint.Key == ToBeDeleted) < 0;
    }
}
