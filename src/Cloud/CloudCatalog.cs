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
    public static IEnumerable<Func<ControllerScope, Controller>> All(ICloud? cloud, CloudSettings settings) =>
    [
        .. cloud?.Instances is { } instances ? ForNodes(instances, settings) : [],
        .. cloud?.LoadBalancers is { } loadBalancers ? [ForServices(loadBalancers, settings)] : Array.Empty<Func<ControllerScope, Controller>>(),
        .. cloud?.Routes is { } routes && settings.ConfiguresRoutes ? [ForRoutes(routes, settings)] : Array.Empty<Func<ControllerScope, Controller>>(),
    ];

    /// <summary>What all of them say of themselves, whatever the cloud has: --controllers may name them.</summary>
    public static IReadOnlyList<ControllerDeclaration> Describe()
    {
        var settings = new CloudSettings();
        return ControllerHost.Describe([.. ForNodes(null!, settings), ForServices(null!, settings), ForRoutes(null!, settings)]);
    }

    private static Func<ControllerScope, Controller>[] ForNodes(IInstances instances, CloudSettings settings) =>
    [
        scope => new CloudNodeController(instances, settings, scope.Api, scope.Events, scope.Clock, scope.Log<CloudNodeController>()),
        scope => new CloudNodeLifecycleController(instances, settings, scope.Api, scope.Events, scope.Log<CloudNodeLifecycleController>()),
    ];

    private static Func<ControllerScope, Controller> ForServices(ILoadBalancers loadBalancers, CloudSettings settings) =>
        scope => new ServiceLoadBalancerController(loadBalancers, settings, scope.Api, scope.Caches, scope.Events);

    private static Func<ControllerScope, Controller> ForRoutes(IRoutes routes, CloudSettings settings) =>
        scope => new NodeRouteController(routes, settings, scope.Api, scope.Caches, scope.Events, scope.Clock, scope.Log<NodeRouteController>());
}
