using System.Collections.Concurrent;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers.Nodes.Lifecycle;
using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Eviction;

/// <summary>Deletes pods from nodes with taints that they do not tolerate, at once or when the time that they tolerate them is over.</summary>
internal sealed class TaintEvictionController(IApiClient api, ObjectCaches caches, EventRecorder events, TimeProvider clock) : Controller<Pod>
{
    private readonly ConcurrentDictionary<ObjectKey, Waiting> _waiting = new();

    protected override void Declare(ControllerDeclaration<Pod> controller) => controller
        .Named("taint-eviction-controller")
        .As("node-controller")
        .For(static pod => pod.Spec.NodeName.Length > 0 && !pod.IsTerminating)
        .Watches<Node>(OnChangedTaints)
        .Index<Pod>(NodeLifecycleController.PodsOnNode, static pod => pod.Spec.NodeName.Length > 0 ? [pod.Spec.NodeName] : [])
        .Writes<Pod>(Verb.Delete)
        .Writes<Pod>("status", Verb.Patch)
        .RecordsEvents()
        .Workers(8); // taint_eviction.go: UpdateWorkerSize

    protected override async Task<Requeue> ReconcileAsync(Pod pod, CancellationToken cancel)
    {
        var taints = DrivingAway(caches.Find<Node>(new("", pod.Spec.NodeName)));
        if (EvictionTime.Of(pod.Spec.Tolerations, taints) is not { } time)
        {
            Cancel(pod);
            return Requeue.Never;
        }
        var now = clock.GetUtcNow();
        // The time runs from when the pod was first to leave, whatever taints come and go meanwhile.
        var waiting = _waiting.AddOrUpdate(pod.Key, _ => new(pod.Uid, now), (_, known) => known.Uid == pod.Uid ? known : new(pod.Uid, now));
        if (time > TimeSpan.Zero && waiting.Since + time > now)
            return Requeue.At(waiting.Since + time);
        await EvictAsync(pod, cancel);
        return Requeue.Never;
    }

    protected override Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        _waiting.TryRemove(key, out _);
        return Task.FromResult(Requeue.Never);
    }

    private IEnumerable<ObjectKey> OnChangedTaints(ObjectChange<Node> change) => DrivingAway(change.Before) == DrivingAway(change.After)
        ? []
        : caches.Of<Pod>().By(NodeLifecycleController.PodsOnNode, change.Object.Metadata.Name).Select(static pod => pod.Key);

    private static ValueList<Taint> DrivingAway(Node? node) => node is null ? default : node.Spec.Taints.RemoveAll(static taint => taint.Effect != "NoExecute");

    private void Cancel(Pod pod)
    {
        if (_waiting.TryRemove(pod.Key, out _))
            Tell(pod, $"Cancelling deletion of Pod {pod.Key}");
    }

    private async Task EvictAsync(Pod pod, CancellationToken cancel)
    {
        Tell(pod, $"Marking for deletion Pod {pod.Key}");
        // Its controller may have rules for pods that failed through no fault of their own.
        var isStillThere = await Disruption.TryMarkAsync(api, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", Timestamp.From(clock.GetUtcNow()), cancel);
        if (isStillThere)
            await api.TryDeleteAsync(pod, Deletion.Default, cancel);
        _waiting.TryRemove(pod.Key, out _);
    }

    private void Tell(Pod pod, string message) => events.Record(pod, EventKind.Normal, "TaintManagerEviction", message);

    private sealed record Waiting(string Uid, DateTimeOffset Since);
}
