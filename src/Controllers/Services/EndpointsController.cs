using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers.ServiceAccounts;
using ControlPlane.Controllers.Services.Slices;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Services;

/// <summary>Keeps the Endpoints of services with a selector, for clients that do not read slices.</summary>
internal sealed class EndpointsController(IApiClient api, ObjectCaches caches, EventRecorder events) : Controller<Service>
{
    private const string ManagedBy = "endpoints.kubernetes.io/managed-by";
    private const string Manager = "endpoint-controller";
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";

    private readonly TriggerTimes _triggers = new();

    protected override void Declare(ControllerDeclaration<Service> controller) => controller
        .Named("endpoints-controller", alias: "endpoint")
        .As("endpoint-controller")
        .For()
        .Watches<Pod>(change => ServicePods.Concerned(change, caches.Of<Service>()))
        .Watches<Endpoints>(OfLost)
        .Writes<Endpoints>(Verb.Create | Verb.Update | Verb.Delete)
        .RecordsEvents("endpoint-controller")
        .Workers(5); // kube-controller-manager: --concurrent-endpoint-syncs

    protected override async Task<Requeue> ReconcileAsync(Service service, CancellationToken cancel)
    {
        if (!service.SelectsPods)
            return Requeue.Never;
        var pods = caches.Of<Pod>().In(service.Metadata.Namespace).Where(pod => service.Selects(pod.Metadata.Labels)).ToList();
        var trigger = _triggers.Next(service, pods);
        var current = caches.Find<Endpoints>(service.Key);
        var (subsets, isTruncated) = EndpointSubsets.Truncate(EndpointSubsets.Of(service, pods));
        var labels = LabelsOf(service);
        if (current is null || current.Subsets != subsets || current.Metadata.Labels != labels || (current.Metadata.Annotations.Find(OverCapacity) == "truncated") != isTruncated)
            await StoreAsync(service, Wanted(service, current, subsets, isTruncated, trigger), isNew: current is null, cancel);
        return Requeue.Never;
    }

    protected override async Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        _triggers.Forget(key);
        if (caches.Find<Endpoints>(key) is { } left)
            await api.TryDeleteAsync(left, Deletion.Default, cancel);
        return Requeue.Never;
    }

    // What somebody deleted comes again; what its service left behind while nobody looked goes.
    private static IEnumerable<ObjectKey> OfLost(ObjectChange<Endpoints> change) =>
        change.IsDeleted || (change.IsInitial && change.Object.Metadata.Labels.Find(ManagedBy) == Manager) ? [change.Object.Key] : [];

    private static ValueMap<string> LabelsOf(Service service)
    {
        var labels = service.Metadata.Labels.Without(SliceLabels.Headless).With(ManagedBy, Manager);
        return service.IsHeadless ? labels.With(SliceLabels.Headless, "") : labels;
    }

    private static Endpoints Wanted(
        Service service, Endpoints? current, ValueList<EndpointSubset> subsets, bool isTruncated, Timestamp? trigger)
    {
        var metadata = current?.Metadata ?? new ObjectMeta { Namespace = service.Metadata.Namespace, Name = service.Metadata.Name };
        var annotations = TriggerTimes.Annotate(metadata.Annotations, trigger);
        return (current ?? Endpoints.Empty) with
        {
            Metadata = metadata with
            {
                Labels = LabelsOf(service),
                Annotations = isTruncated ? annotations.With(OverCapacity, "truncated") : annotations.Without(OverCapacity),
            },
            Subsets = subsets,
        };
    }

    private async Task StoreAsync(Service service, Endpoints wanted, bool isNew, CancellationToken cancel)
    {
        try
        {
            if (!isNew)
                await api.UpdateAsync(wanted, cancel);
            else
                await NamespaceEnd.TolerateAsync(() => api.CreateAsync(wanted, cancel));
        }
        catch (ApiException refused) when (refused.Reason is not ("Conflict" or "AlreadyExists"))
        {
            var (reason, message) = isNew
                ? ("FailedToCreateEndpoint", $"Failed to create endpoint for service {service.Key}: {refused.Message}")
                : ("FailedToUpdateEndpoint", $"Failed to update endpoint {service.Key}: {refused.Message}");
            events.Record(wanted, EventKind.Warning, reason, message);
            throw;
        }
    }
}
