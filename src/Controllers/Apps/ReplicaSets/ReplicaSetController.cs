using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.Controllers.Apps.ReplicaSets;

/// <summary>Keeps as many pods of a template running as a ReplicaSet says.</summary>
/// <remarks>
/// Invariant: the number of pods is decided on the cache corrected by this controller's own writes (<see cref="WriteOverlay{T}"/>), so a cache that lags never
/// makes it create too many or delete twice.
/// </remarks>
internal sealed class ReplicaSetController : Controller<ReplicaSet>
{
    private const int Burst = 500; // replica_set.go: BurstReplicas, pods created or deleted in one pass
    private const string OrphanIndex = "orphans"; // pods without a controller, by namespace

    private readonly IApiClient _api;
    private readonly ObjectCaches _caches;
    private readonly EventRecorder _events;
    private readonly TimeProvider _clock;
    private readonly Claims _claims;
    private readonly Lazy<WriteOverlay<Pod>> _written;

    public ReplicaSetController(IApiClient api, ObjectCaches caches, EventRecorder events, TimeProvider clock)
    {
        (_api, _caches, _events, _clock, _claims) = (api, caches, events, clock, new Claims(api));
        _written = new(() => new WriteOverlay<Pod>(caches.Of<Pod>()));
    }

    protected override void Declare(ControllerDeclaration<ReplicaSet> controller) => controller
        .Named("replicaset-controller", alias: "replicaset")
        .For()
        .Owns<Pod>()
        .Watches<Pod>(OfOrphan)
        .Index<Pod>(OrphanIndex, static pod => pod.Controller is null ? [pod.Metadata.Namespace] : [])
        .Writes<ReplicaSet>("status", Verb.Update)
        .Writes<Pod>(Verb.Create | Verb.Delete | Verb.Patch)
        .RecordsEvents()
        .Workers(5); // kube-controller-manager: --concurrent-replicaset-syncs

    protected override async Task<Requeue> ReconcileAsync(ReplicaSet replicaSet, CancellationToken cancel)
    {
        var pods = await ClaimPodsAsync(replicaSet, cancel);
        var failure = replicaSet.IsTerminating ? null : await ManageAsync(replicaSet, pods, cancel);
        var now = _clock.GetUtcNow();
        var status = ReplicaSetStatuses.Calculate(replicaSet, pods, failure?.Shown, now);
        if (status != replicaSet.Status)
            await _api.UpdateStatusAsync(replicaSet with { Status = status }, cancel);
        failure?.Cause.Throw();
        return NextAvailable(replicaSet, pods, now);
    }

    // A pod that nobody controls may be for any ReplicaSet whose selector it meets.
    private IEnumerable<ObjectKey> OfOrphan(ObjectChange<Pod> change)
    {
        var pod = change.Object;
        if (change.IsDeleted || pod.Controller is not null || pod.Metadata.Labels.IsEmpty)
            return [];
        return _caches.Of<ReplicaSet>().In(pod.Metadata.Namespace)
            .Where(replicaSet => LabelSelector.From(replicaSet.Spec.Selector).Matches(pod.Metadata.Labels))
            .Select(static replicaSet => replicaSet.Key);
    }

    private async Task<List<Pod>> ClaimPodsAsync(ReplicaSet replicaSet, CancellationToken cancel)
    {
        var pods = _caches.Of<Pod>();
        var known = _written.Value.Apply(replicaSet.Uid, () => pods.OwnedBy(replicaSet.Uid));
        var orphans = pods.By(OrphanIndex, replicaSet.Metadata.Namespace).Where(static pod => pod.CountsAsReplica);
        var candidates = known.Concat(orphans).DistinctBy(static pod => pod.Metadata.Uid).ToList();
        return await _claims.ClaimAsync(replicaSet, LabelSelector.From(replicaSet.Spec.Selector), candidates, cancel);
    }

    private Task<Failure?> ManageAsync(ReplicaSet replicaSet, List<Pod> pods, CancellationToken cancel)
    {
        var active = pods.Where(static pod => pod.CountsAsReplica).ToList();
        var missing = (replicaSet.Spec.Replicas ?? 1) - active.Count;
        return missing switch
        {
            > 0 => CreateAsync(replicaSet, Math.Min(missing, Burst), cancel),
            < 0 => DeleteAsync(replicaSet, active, Math.Min(-missing, Burst), cancel),
            _ => Task.FromResult<Failure?>(null),
        };
    }

    private async Task<Failure?> CreateAsync(ReplicaSet replicaSet, int count, CancellationToken cancel)
    {
        var template = PodTemplates.Instantiate(replicaSet.Spec.Template, replicaSet);
        var (_, failure) = await SlowStart.RunAsync(count, () => CreateOneAsync(replicaSet, template, cancel));
        return failure is null || IsNamespaceEnding(failure) ? null : new Failure("FailedCreate", failure);
    }

    private async Task CreateOneAsync(ReplicaSet replicaSet, Pod template, CancellationToken cancel)
    {
        try
        {
            var pod = await _api.CreateAsync(template, cancel);
            _written.Value.Created(replicaSet.Uid, pod);
            _events.Record(replicaSet, EventKind.Normal, "SuccessfulCreate", $"Created pod: {pod.Metadata.Name}");
        }
        catch (ApiException refused) when (!IsNamespaceEnding(refused))
        {
            _events.Record(replicaSet, EventKind.Warning, "FailedCreate", $"Error creating: {refused.Message}");
            throw;
        }
    }

    private async Task<Failure?> DeleteAsync(ReplicaSet replicaSet, List<Pod> active, int count, CancellationToken cancel)
    {
        var ranked = PodDeletionOrder.Rank(active, RelatedPods(replicaSet, active));
        ranked.Sort(new PodDeletionOrder(_clock.GetUtcNow()));
        var failures = await SlowStart.FailuresAsync(ranked.Take(count).Select(ranked => DeleteOneAsync(replicaSet, ranked.Pod, cancel)));
        return failures.Count == 0 ? null : new Failure("FailedDelete", failures[0]);
    }

    private async Task DeleteOneAsync(ReplicaSet replicaSet, Pod pod, CancellationToken cancel)
    {
        try
        {
            await _api.TryDeleteAsync(pod, Deletion.Default, cancel);
            _written.Value.Deleted(replicaSet.Uid, pod);
            _events.Record(replicaSet, EventKind.Normal, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
        }
        catch (ApiException refused)
        {
            _events.Record(replicaSet, EventKind.Warning, "FailedDelete", $"Error deleting: {refused.Message}");
            throw;
        }
    }

    // Pods of all ReplicaSets of the same Deployment: a node that has many of them loses one first.
    private IEnumerable<Pod> RelatedPods(ReplicaSet replicaSet, List<Pod> own)
    {
        if (replicaSet.Controller is not { } deployment)
            return own;
        return _caches.Of<ReplicaSet>().OwnedBy(deployment.Uid).SelectMany(sibling => _caches.Of<Pod>().OwnedBy(sibling.Uid));
    }

    // Nothing will tell that a ready pod has become available: it is a matter of time alone.
    private static Requeue NextAvailable(ReplicaSet replicaSet, List<Pod> pods, DateTimeOffset now)
    {
        var next = pods.Where(static pod => pod.CountsAsReplica).Select(pod => pod.AvailableFrom(replicaSet.Spec.MinReadySeconds)).Where(time => time > now).Min();
        return next is { } time ? Requeue.At(time) : Requeue.Never;
    }

    // Nothing can be created in it any more, and all that is there goes: not a failure of the ReplicaSet.
    private static bool IsNamespaceEnding(Exception failure) =>
        failure is ApiException { Code: 403 } refused && refused.Status.Details?.Causes.Any(static cause => cause.Reason == "NamespaceTerminating") == true;

    private sealed record Failure(string Reason, Exception Exception)
    {
        public ReplicaFailure Shown => new(Reason, Exception.Message);

        public System.Runtime.ExceptionServices.ExceptionDispatchInfo Cause { get; } = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(Exception);
    }
}
