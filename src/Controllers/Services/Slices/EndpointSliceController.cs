using System.Collections.Concurrent;
using System.Globalization;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers.ServiceAccounts;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;

namespace ControlPlane.Controllers.Services.Slices;

/// <summary>Keeps, for each service with a selector, the slices that say where its pods answer.</summary>
/// <remarks>
/// Invariant: a service is only decided on once the cache shows this controller's own last write for it; a decision on older slices would create twice.
/// </remarks>
internal sealed class EndpointSliceController(IApiClient api, ObjectCaches caches, EventRecorder events, ControllerSettings settings) : Controller<Service>
{
    private const string ServiceIndex = "slices of a service";

    private static readonly TimeSpan StaleRetry = TimeSpan.FromSeconds(1); // the write's own event comes before, as a rule

    private readonly TriggerTimes _triggers = new();
    private readonly ConcurrentDictionary<ObjectKey, long> _written = new();

    protected override void Declare(ControllerDeclaration<Service> controller) => controller
        .Named("endpointslice-controller", alias: "endpointslice")
        .For(static service => service.SelectsPods)
        .Watches<Pod>(change => ServicePods.Concerned(change, caches.Of<Service>()))
        .Watches<EndpointSlice>(OfManaged)
        .Reads<Node>()
        .Index<EndpointSlice>(ServiceIndex, static slice => ServiceOf(slice) is { } service ? [service.ToString()] : [])
        .Writes<EndpointSlice>(Verb.Create | Verb.Update | Verb.Delete)
        .RecordsEvents("endpoint-slice-controller")
        .Workers(5); // kube-controller-manager: --concurrent-service-endpoint-syncs

    protected override async Task<Requeue> ReconcileAsync(Service service, CancellationToken cancel)
    {
        var slices = caches.Of<EndpointSlice>();
        if (_written.TryGetValue(service.Key, out var version) && slices.Version < version)
            return Requeue.After(StaleRetry);
        var existing = slices.By(ServiceIndex, service.Key.ToString()).Where(static slice => !slice.IsTerminating).ToList();
        var pods = caches.Of<Pod>().In(service.Metadata.Namespace).Where(pod => service.Selects(pod.Metadata.Labels)).ToList();
        var plan = SlicePlan.Decide(service, pods, name => caches.Find<Node>(new("", name)), existing, settings.MaxEndpointsPerSlice);
        await CarryOutAsync(service, plan, _triggers.Next(service, pods), cancel);
        if (plan.OnUnknownNodes is [var first, ..])
            throw new InvalidOperationException($"skipping Pod {first.Metadata.Name} for Service {service.Key}: Node {first.Spec.NodeName} Not Found");
        return Requeue.Never;
    }

    protected override Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        // The slices go with their owner: the garbage collector's matter.
        _triggers.Forget(key);
        _written.TryRemove(key, out _);
        return Task.FromResult(Requeue.Never);
    }

    private static IEnumerable<ObjectKey> OfManaged(ObjectChange<EndpointSlice> change)
    {
        var before = change.Before is null ? null : ServiceOf(change.Before);
        var after = change.After is null ? null : ServiceOf(change.After);
        if (after is not null)
            yield return after.Value;
        if (before is not null && before != after)
            yield return before.Value;
    }

    private static ObjectKey? ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SliceLabels.ManagedBy) == SliceLabels.Manager && slice.Metadata.Labels.Find(SliceLabels.ServiceName) is { Length: > 0 } name
            ? new ObjectKey(slice.Metadata.Namespace, name)
            : null;

    private async Task CarryOutAsync(Service service, SlicePlan plan, Timestamp? trigger, CancellationToken cancel)
    {
        try
        {
            // What would be made for a service that is going would only have to be collected.
            foreach (var slice in service.IsTerminating ? [] : plan.Create)
                await NamespaceEnd.TolerateAsync(async () => Remember(service, await api.CreateAsync(Annotated(slice, trigger), cancel)));
            foreach (var slice in plan.Update)
                Remember(service, await api.UpdateAsync(Annotated(slice, trigger), cancel));
            foreach (var slice in plan.Delete)
                await api.TryDeleteAsync(slice, Deletion.Default, cancel);
        }
        catch (ApiException refused) when (refused.Reason != "Conflict")
        {
            events.Record(service, EventKind.Warning, "FailedToUpdateEndpointSlices", $"Error updating Endpoint Slices for Service {service.Key}: {refused.Message}");
            throw;
        }
    }

    private void Remember(Service service, EndpointSlice stored)
    {
        if (long.TryParse(stored.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            _written.AddOrUpdate(service.Key, version, (_, last) => Math.Max(last, version));
    }

    private static EndpointSlice Annotated(EndpointSlice slice, Timestamp? trigger) => slice with
    {
        Metadata = slice.Metadata with { Annotations = TriggerTimes.Annotate(slice.Metadata.Annotations, trigger) },
    };
}
