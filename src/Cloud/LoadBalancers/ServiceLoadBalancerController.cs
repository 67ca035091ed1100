using System.Collections.Concurrent;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.LoadBalancers;

/// <summary>Gives Services of type LoadBalancer one, keeps it as the Service and the nodes are, and takes it away.</summary>
/// <remarks>
/// Invariant: the finalizer is stored before the cloud is asked for anything, and goes only after the cloud has said that nothing is left, so no load balancer
/// outlives its Service unseen. What was done is only remembered in memory: after a start every Service is ensured once more, which changes nothing.
/// </remarks>
internal sealed class ServiceLoadBalancerController(ILoadBalancers cloud, CloudSettings settings, IApiClient api, ObjectCaches caches, EventRecorder events)
    : Controller<Service>
{
    private readonly ConcurrentDictionary<ObjectKey, AppliedLoadBalancer> _applied = new();

    protected override void Declare(ControllerDeclaration<Service> controller) => controller
        .Named("service-lb-controller", alias: "service")
        .As("service-controller")
        .For(static service => service.WantsLoadBalancer || service.NeedsCleanup)
        .Watches<Node>(OfNode)
        .Writes<Service>("status", Verb.Update)
        .RecordsEvents("service-controller")
        .Workers(settings.ConcurrentServices);

    protected override async Task<Requeue> ReconcileAsync(Service service, CancellationToken cancel)
    {
        if (service.NeedsCleanup)
            await TellAsync(service, "failed to delete load balancer", () => CleanUpAsync(service, cancel));
        else if (service.IsTerminating)
            return Requeue.Never; // A finalizer can no longer be added, so nothing may be made for it.
        else if (_applied.TryGetValue(service.Key, out var applied) && applied.Covers(service))
            await UpdateNodesAsync(service, applied, cancel);
        else
            await TellAsync(service, "failed to ensure load balancer", () => EnsureAsync(service, cancel));
        return Requeue.Never;
    }

    // It went without waiting for us: somebody took the finalizer off.
    protected override async Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_applied.TryGetValue(key, out var applied))
            await cloud.DeleteAsync(settings.ClusterName, applied.Service, cancel);
        _applied.TryRemove(key, out _);
        return Requeue.Never;
    }

    private IEnumerable<ObjectKey> OfNode(ObjectChange<Node> change) =>
        change.Before?.TakesExternalTraffic == change.After?.TakesExternalTraffic
            ? []
            : caches.Of<Service>().List().Where(static service => service.WantsLoadBalancer).Select(static service => service.Key);

    private async Task EnsureAsync(Service service, CancellationToken cancel)
    {
        var request = RequestFor(service);
        events.Record(service, EventKind.Normal, "EnsuringLoadBalancer", "Ensuring load balancer");
        if (request.Nodes.Count == 0)
            events.Record(service, EventKind.Warning, "UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer");
        var held = await HoldAsync(service, cancel);
        var status = await cloud.EnsureAsync(request with { Service = held }, cancel);
        if (held.Status.LoadBalancer != status)
            held = await api.UpdateStatusAsync(held with { Status = held.Status with { LoadBalancer = status } }, cancel);
        _applied[service.Key] = new(held, NamesOf(request.Nodes));
        events.Record(service, EventKind.Normal, "EnsuredLoadBalancer", "Ensured load balancer");
    }

    private async Task UpdateNodesAsync(Service service, AppliedLoadBalancer applied, CancellationToken cancel)
    {
        var request = RequestFor(service);
        var names = NamesOf(request.Nodes);
        if (names == applied.Nodes)
            return;
        try
        {
            await cloud.UpdateNodesAsync(request, cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            events.Record(service, EventKind.Warning, "UpdateLoadBalancerFailed", $"Error updating load balancer with new hosts [{string.Join(' ', names)}]: {failure.Message}");
            throw;
        }
        _applied[service.Key] = applied with { Nodes = names };
        events.Record(service, EventKind.Normal, "UpdatedLoadBalancer", "Updated load balancer with new hosts");
    }

    private async Task CleanUpAsync(Service service, CancellationToken cancel)
    {
        events.Record(service, EventKind.Normal, "DeletingLoadBalancer", "Deleting load balancer");
        await cloud.DeleteAsync(settings.ClusterName, service, cancel);
        _applied.TryRemove(service.Key, out _);
        await api.UpdateStatusAsync(
            service with
            {
                Metadata = service.Metadata with { Finalizers = service.Metadata.Finalizers.RemoveAll(static one => one == LoadBalancedServices.Finalizer) },
                Status = service.Status with { LoadBalancer = LoadBalancerStatus.Empty },
            },
            cancel);
        events.Record(service, EventKind.Normal, "DeletedLoadBalancer", "Deleted load balancer");
    }

    // By /status, as upstream: the role may write nothing else of a Service, and metadata is written there, too.
    private Task<Service> HoldAsync(Service service, CancellationToken cancel) => service.IsHeldByLoadBalancer
        ? Task.FromResult(service)
        : api.UpdateStatusAsync(
            service with { Metadata = service.Metadata with { Finalizers = service.Metadata.Finalizers.Add(LoadBalancedServices.Finalizer) } }, cancel);

    private LoadBalancerRequest RequestFor(Service service) => new()
    {
        ClusterName = settings.ClusterName,
        Service = service,
        Nodes = [.. caches.Of<Node>().List().Where(static node => node.TakesExternalTraffic).OrderBy(static node => node.Metadata.Name, StringComparer.Ordinal)],
        Others = () => caches.Of<Service>().List().Where(other => other.Uid != service.Uid),
    };

    private static ValueList<string> NamesOf(IReadOnlyList<Node> nodes) => nodes.Select(static node => node.Metadata.Name).ToValueList();

    // A conflict only says that the cache was behind: not worth an event.
    private async Task TellAsync(Service service, string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ApiException { Reason: "Conflict" or "NotFound" }))
        {
            events.Record(service, EventKind.Warning, "SyncLoadBalancerFailed", $"Error syncing load balancer: {what}: {failure.Message}");
            throw;
        }
    }
}
