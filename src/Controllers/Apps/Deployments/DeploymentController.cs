using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>
/// Brings a Deployment's pods to its present template by sizing ReplicaSets. The parts: <see cref="RollingUpdate"/> and <see cref="Scaling"/> decide sizes,
/// <see cref="Progress"/> the status, <see cref="History"/> what may be forgotten, <see cref="Revisions"/> the annotations; here they are carried out in order.
/// </summary>
internal sealed class DeploymentController(IApiClient api, ObjectCaches caches, EventRecorder events, TimeProvider clock) : Controller<Deployment>
{
    private readonly Claims _claims = new(api);
    private readonly NewReplicaSet _newReplicaSet = new(api, events, clock);

    protected override void Declare(ControllerDeclaration<Deployment> controller) => controller
        .Named("deployment-controller", alias: "deployment")
        .For()
        .Owns<ReplicaSet>()
        .Watches<ReplicaSet>(OfOrphan)
        .Watches<Pod>(OfLastPod)
        .Writes<Deployment>(Verb.Update)
        .Writes<Deployment>("status", Verb.Update)
        .Writes<ReplicaSet>(Verb.Create | Verb.Update | Verb.Patch | Verb.Delete)
        .RecordsEvents()
        .Workers(5); // kube-controller-manager: --concurrent-deployment-syncs

    protected override async Task<Requeue> ReconcileAsync(Deployment deployment, CancellationToken cancel)
    {
        if (deployment.Spec.Selector == Machinery.Meta.LabelSelector.Empty)
            return await RefuseAsync(deployment, cancel);
        var replicaSets = await ClaimAsync(deployment, cancel);
        var rollout = Rollout.Of(deployment, replicaSets);
        if (deployment.IsTerminating)
            return await CountAsync(rollout, cancel);
        rollout = rollout with { Deployment = await NotePauseAsync(deployment, cancel) };
        if (deployment.Spec.Paused || Scaling.IsResized(rollout))
            return await ScaleAsync(rollout, cancel);
        return deployment.Spec.Strategy.Type == "Recreate" ? await RecreateAsync(rollout, cancel) : await RollAsync(rollout, cancel);
    }

    private async Task<List<ReplicaSet>> ClaimAsync(Deployment deployment, CancellationToken cancel)
    {
        var candidates = caches.Of<ReplicaSet>().In(deployment.Metadata.Namespace);
        return await _claims.ClaimAsync(deployment, LabelSelector.From(deployment.Spec.Selector), candidates, cancel);
    }

    private IEnumerable<ObjectKey> OfOrphan(ObjectChange<ReplicaSet> change)
    {
        var replicaSet = change.Object;
        if (change.IsDeleted || replicaSet.Controller is not null || replicaSet.Metadata.Labels.IsEmpty)
            return [];
        return caches.Of<Deployment>().In(replicaSet.Metadata.Namespace)
            .Where(deployment => LabelSelector.From(deployment.Spec.Selector).Matches(replicaSet.Metadata.Labels))
            .Select(static deployment => deployment.Key);
    }

    // Recreate waits for the last old pod to be gone, which changes no ReplicaSet.
    private IEnumerable<ObjectKey> OfLastPod(ObjectChange<Pod> change)
    {
        if (!change.IsDeleted || change.Object.Controller is not { Kind: "ReplicaSet" } owner)
            return [];
        var replicaSet = caches.Find<ReplicaSet>(new(change.Object.Metadata.Namespace, owner.Name));
        return replicaSet?.Controller is { Kind: "Deployment" } deployment
            && caches.Find<Deployment>(new(replicaSet.Metadata.Namespace, deployment.Name)) is { Spec.Strategy.Type: "Recreate" } found
            ? [found.Key]
            : [];
    }

    private async Task<Requeue> RefuseAsync(Deployment deployment, CancellationToken cancel)
    {
        events.Record(deployment, EventKind.Warning, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
        if (deployment.Status.ObservedGeneration < deployment.Metadata.Generation)
        {
            var status = deployment.Status with { ObservedGeneration = deployment.Metadata.Generation };
            await api.UpdateStatusAsync(deployment with { Status = status }, cancel);
        }
        return Requeue.Never;
    }

    // While paused no progress is expected: the clock of the deadline starts anew when it goes on.
    private async Task<Deployment> NotePauseAsync(Deployment deployment, CancellationToken cancel)
    {
        var condition = deployment.Condition(Conditions.Progressing);
        if (!deployment.HasProgressDeadline || condition?.Reason == Progress.TimedOut)
            return deployment;
        var isNoted = condition?.Reason == Progress.Paused;
        if (deployment.Spec.Paused == isNoted)
            return deployment;
        var status = deployment.Spec.Paused
            ? deployment.Status.With(Conditions.Progressing, "Unknown", Progress.Paused, "Deployment is paused", clock.GetUtcNow())
            : deployment.Status.With(Conditions.Progressing, "Unknown", Progress.Resumed, "Deployment is resumed", clock.GetUtcNow());
        return await api.UpdateStatusAsync(deployment with { Status = status }, cancel);
    }

    private async Task<Requeue> ScaleAsync(Rollout rollout, CancellationToken cancel)
    {
        rollout = await _newReplicaSet.EnsureAsync(rollout, mayCreate: false, cancel);
        rollout = await ResizeAsync(rollout, Scaling.Decide(rollout), cancel);
        if (rollout.Deployment.Spec.Paused)
            await ForgetAsync(rollout, cancel);
        return await CountAsync(rollout, cancel);
    }

    private async Task<Requeue> RollAsync(Rollout rollout, CancellationToken cancel)
    {
        rollout = await _newReplicaSet.EnsureAsync(rollout, mayCreate: true, cancel);
        var sizes = RollingUpdate.Decide(rollout);
        if (sizes.Count > 0)
            return await JudgeAsync(await ResizeAsync(rollout, sizes, cancel), cancel);
        if (Progress.IsComplete(rollout.Deployment, rollout.Deployment.Status))
            await ForgetAsync(rollout, cancel);
        return await JudgeAsync(rollout, cancel);
    }

    private async Task<Requeue> RecreateAsync(Rollout rollout, CancellationToken cancel)
    {
        rollout = await _newReplicaSet.EnsureAsync(rollout, mayCreate: false, cancel);
        var active = rollout.Old.Where(static old => old.Size > 0).Select(static old => new Sizing(old, 0)).ToList();
        if (active.Count > 0)
            return await JudgeAsync(await ResizeAsync(rollout, active, cancel), cancel);
        if (OldPodsRun(rollout))
            return await JudgeAsync(rollout, cancel);
        rollout = await _newReplicaSet.EnsureAsync(rollout, mayCreate: true, cancel);
        if (rollout.New is { } newest && newest.Size != rollout.Deployment.Replicas)
            rollout = await ResizeAsync(rollout, [new(newest, rollout.Deployment.Replicas)], cancel);
        if (Progress.IsComplete(rollout.Deployment, rollout.Deployment.Status))
            await ForgetAsync(rollout, cancel);
        return await JudgeAsync(rollout, cancel);
    }

    // Pods being deleted run too, until they are gone.
    private bool OldPodsRun(Rollout rollout) => rollout.Old.Any(old =>
        old.Status.Replicas > 0 || caches.Of<Pod>().OwnedBy(old.Uid).Any(pod => !pod.HasEnded && pod.IsControlledBy(old)));

    private async Task<Rollout> ResizeAsync(Rollout rollout, IReadOnlyList<Sizing> sizes, CancellationToken cancel)
    {
        foreach (var (replicaSet, size) in sizes)
        {
            var sized = await ResizeAsync(rollout.Deployment, replicaSet, size, cancel);
            rollout = rollout with
            {
                New = rollout.New?.Uid == sized.Uid ? sized : rollout.New,
                Old = [.. rollout.Old.Select(old => old.Uid == sized.Uid ? sized : old)],
            };
        }
        return rollout;
    }

    private async Task<ReplicaSet> ResizeAsync(Deployment deployment, ReplicaSet replicaSet, int size, CancellationToken cancel)
    {
        var wished = Revisions.WithSizes(replicaSet.Sized(size), deployment);
        if (wished == replicaSet)
            return replicaSet;
        var sized = await api.UpdateAsync(wished, cancel);
        if (replicaSet.Size != size)
        {
            var direction = size > replicaSet.Size ? "up" : "down";
            events.Record(
                deployment, EventKind.Normal, "ScalingReplicaSet", $"Scaled {direction} replica set {replicaSet.Metadata.Name} from {replicaSet.Size} to {size}");
        }
        return sized;
    }

    private async Task ForgetAsync(Rollout rollout, CancellationToken cancel)
    {
        foreach (var old in History.ToDelete(rollout))
            await api.TryDeleteAsync(old, Deletion.Default, cancel);
    }

    private Task<Requeue> CountAsync(Rollout rollout, CancellationToken cancel) => WriteAsync(rollout.Deployment, Progress.Count(rollout, clock.GetUtcNow()), cancel);

    private Task<Requeue> JudgeAsync(Rollout rollout, CancellationToken cancel) => WriteAsync(rollout.Deployment, Progress.Judge(rollout, clock.GetUtcNow()), cancel);

    private async Task<Requeue> WriteAsync(Deployment deployment, DeploymentStatus status, CancellationToken cancel)
    {
        if (status == deployment.Status)
            return Progress.NextCheck(deployment, status);
        try
        {
            await api.UpdateStatusAsync(deployment with { Status = status }, cancel);
        }
        catch (ApiException gone) when (gone.Code == 404 && deployment.IsTerminating)
        {
            // Its deletion is complete: nobody is left to tell.
        }
        return Requeue.Never;
    }
}
