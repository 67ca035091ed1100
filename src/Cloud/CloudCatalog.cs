using ControlPlane.Client;
using ControlPlane.Cloud.LoadBalancers;
using ControlPlane.Cloud.Nodes;
using ControlPlane.Cloud.Routes;

namespace ControlPlane.Cloud;

/// <summary>The controllers that work with a cloud.</summary>
public static class CloudCatalog
{
    /// <summary>One maker a controller, for those parts that the cloud has; none without a cloud.</summary>
    /// <param name="cloud">What the cluster runs on; null where it runs on nothing that can be asked. Another one for each time that the process leads.</param>
    /// <param name="settings">What the command line decides.</param>
    public static IEnumerable<Func<ControllerScope, Controller>> All(ICloud? cloud, CloudSettings settings)
    {
        if (cloud?.Instances is { } instances)
        {
            yield return scope => new CloudNodeController(
                instances, settings, scope.Api, scope.Events("cloud-node-controller"), scope.Clock, scope.Log<CloudNodeController>());
            yield return scope => new CloudNodeLifecycleController(
                instances, settings, scope.Api, scope.Events("cloud-node-lifecycle-controller"), scope.Log<CloudNodeLifecycleController>());
        }
        if (cloud?.LoadBalancers is { } loadBalancers)
            yield return scope => new ServiceLoadBalancerController(loadBalancers, settings, scope.Api, scope.Caches, scope.Events("service-controller"));
        if (cloud?.Routes is { } routes && settings.ConfiguresRoutes)
            yield return scope => new NodeRouteController(routes, settings, scope.Api, scope.Caches, scope.Events("route_controller"), scope.Clock, scope.Log<NodeRouteController>());
    }
}
