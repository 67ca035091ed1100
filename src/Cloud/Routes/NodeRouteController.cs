using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Cloud.Nodes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cloud.Routes;

/// <summary>Leads each node's part of the pod addresses to the node, and says of nodes whether their network is there.</summary>
internal sealed partial class NodeRouteController(
    IRoutes routes, CloudSettings settings, IApiClient api, ObjectCaches caches, EventRecorder events, TimeProvider clock, ILogger<NodeRouteController> log)
    : LoopController
{
    private const string NetworkUnavailable = "NetworkUnavailable";

    protected override void Declare(LoopDeclaration controller) => controller
        .Named("node-route-controller", alias: "route")
        .As("route-controller")
        .Reads<Node>()
        .Writes<Node>("status", Verb.Patch)
        .RecordsEvents("route_controller");

    protected override async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(settings.RoutePeriod, clock);
        do
        {
            await TryAsync(cancel);
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    // The loop outlives whatever goes wrong in one round: the next one starts from what is.
    private async Task TryAsync(CancellationToken cancel)
    {
        try
        {
            await ReconcileAsync(cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(log, failure);
        }
    }

    private async Task ReconcileAsync(CancellationToken cancel)
    {
        var nodes = caches.Of<Node>().List();
        var plan = RoutePlan.Decide(nodes, await routes.ListAsync(settings.ClusterName, cancel), settings.ClusterCidrs);
        foreach (var route in plan.Delete)
            await routes.DeleteAsync(settings.ClusterName, route, cancel);
        var missing = plan.Create.ToLookup(static route => route.NodeName, StringComparer.Ordinal);
        foreach (var node in nodes.Where(static node => !node.Spec.PodCIDRs.IsEmpty))
            await ReconcileAsync(node, missing[node.Metadata.Name], cancel);
    }

    private async Task ReconcileAsync(Node node, IEnumerable<Route> missing, CancellationToken cancel)
    {
        var isReachable = true;
        foreach (var route in missing)
            isReachable &= await TryCreateAsync(node, route, cancel);
        await TellAsync(node, isReachable, cancel);
    }

    private async Task<bool> TryCreateAsync(Node node, Route route, CancellationToken cancel)
    {
        try
        {
            await routes.CreateAsync(settings.ClusterName, route, cancel);
            return true;
        }
        catch (CloudException refused)
        {
            events.Record(node, EventKind.Warning, "FailedToCreateRoute", $"Could not create route {route.Destination} for node {route.NodeName}: {refused.Message}");
            return false;
        }
    }

    private async Task TellAsync(Node node, bool isReachable, CancellationToken cancel)
    {
        var status = isReachable ? "False" : "True";
        if (node.Status.Conditions.Any(condition => condition.Type == NetworkUnavailable && condition.Status == status))
            return;
        var patch = Patch.Strategic(NodeStatusPatch.Of("conditions", [Condition(isReachable, status)])); // strategic: other conditions stay
        await api.PatchAsync<Node>(node.Key, patch.ToSubresource("status"), cancel);
    }

    private NodeCondition Condition(bool isReachable, string status)
    {
        var now = Timestamp.From(clock.GetUtcNow());
        return new NodeCondition
        {
            Type = NetworkUnavailable,
            Status = status,
            LastHeartbeatTime = now,
            LastTransitionTime = now,
            Reason = isReachable ? "RouteCreated" : "NoRouteCreated",
            Message = isReachable ? "RouteController created a route" : "RouteController failed to create a route",
        };
    }

    [LoggerMessage(LogLevel.Warning, "Routes could not be compared with the nodes; they will be again")]
    private static partial void Failed(ILogger log, Exception failure);
}
