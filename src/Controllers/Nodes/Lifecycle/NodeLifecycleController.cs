using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Coordination;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>
/// Watches over nodes: one that is heard of no more is said to be in an unknown state, its pods not to be ready, and what a node's state asks for in taints is put
/// on it. Driving pods away by those taints is the taint eviction controller's.
/// </summary>
internal sealed class NodeLifecycleController(IApiClient api, ObjectCaches caches, EventRecorder events, TimeProvider clock, ControllerSettings settings)
    : Controller<Node>
{
    /// <summary>The index of pods by the node they are on.</summary>
    internal const string PodsOnNode = "spec.nodeName";

    private const string LeaseNamespace = "kube-node-lease";

    private readonly NodeHealth _health = new(clock, settings);
    private readonly NodeZones _zones = new(clock, settings);

    protected override void Declare(ControllerDeclaration<Node> controller) => controller
        .Named("node-lifecycle-controller", alias: "nodelifecycle")
        .As("node-controller")
        .For()
        .Watches<Lease>(Heard)
        .Watches<Pod>(OfNewlyBound)
        .Index<Pod>(PodsOnNode, static pod => pod.Spec.NodeName.Length > 0 ? [pod.Spec.NodeName] : [])
        .Writes<Node>(Verb.Patch)
        .Writes<Node>("status", Verb.Update)
        .Writes<Pod>("status", Verb.Update)
        .RecordsEvents("node-controller")
        .Workers(8); // node_lifecycle_controller.go: UpdateWorkerSize

    protected override async Task<Requeue> ReconcileAsync(Node node, CancellationToken cancel)
    {
        if (_health.Observe(node))
            Tell(node.Metadata.Name, node.Uid, "RegisteredNode", $"Registered Node {node.Metadata.Name} in Controller");
        var trustedUntil = _health.TrustedUntil(node);
        if (trustedUntil <= clock.GetUtcNow())
            node = await DeclareUnknownAsync(node, cancel);
        var ready = ReadyStatus(node);
        if (_zones.Observe(node, ready == "True"))
            _health.StartOver();
        if (ready == "Unknown")
            await MarkPodsNotReadyAsync(node, cancel);
        var isWaiting = await TaintAsync(node, ready, cancel);
        // Whether others come back, and so whether this one's pods are to leave, comes without a change of this node.
        var next = isWaiting || NodeTaintPlan.EvictingKey(ready) is not null ? Requeue.After(settings.NodeMonitorPeriod) : Requeue.Never;
        return trustedUntil > clock.GetUtcNow() ? Requeue.Sooner(next, Requeue.At(trustedUntil), clock) : next;
    }

    protected override Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_health.Forget(key.Name) is { } uid)
            Tell(key.Name, uid, "RemovingNode", $"Removing Node {key.Name} from Controller");
        if (_zones.Forget(key.Name))
            _health.StartOver();
        return Task.FromResult(Requeue.Never);
    }

    // Renewals are many and need no decision: the node's own deadline is looked at when it comes.
    private IEnumerable<ObjectKey> Heard(ObjectChange<Lease> change)
    {
        var isRenewed = change.After is { } after && after.Metadata.Namespace == LeaseNamespace
            && (change.Before is null || change.Before.Spec.RenewTime != after.Spec.RenewTime);
        if (isRenewed)
            _health.Observe(change.Object);
        return [];
    }

    private static IEnumerable<ObjectKey> OfNewlyBound(ObjectChange<Pod> change) =>
        change is { IsInitial: false, After.Spec.NodeName: { Length: > 0 } node } && change.Before?.Spec.NodeName != node ? [new("", node)] : [];

    private async Task<Node> DeclareUnknownAsync(Node node, CancellationToken cancel)
    {
        var was = ReadyStatus(node);
        var conditions = SilentNode.ConditionsOf(node, Now());
        if (conditions == node.Status.Conditions)
            return node;
        var stored = await api.UpdateStatusAsync(node with { Status = node.Status with { Conditions = conditions } }, cancel);
        if (was == "True")
            events.Record(node, EventKind.Normal, "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
        return stored;
    }

    private async Task MarkPodsNotReadyAsync(Node node, CancellationToken cancel)
    {
        foreach (var pod in caches.Of<Pod>().By(PodsOnNode, node.Metadata.Name))
        {
            if (NotReady(pod) is { } changed && await TryUpdateStatusAsync(changed, cancel))
                events.Record(pod, EventKind.Warning, "NodeNotReady", "Node is not ready");
        }
    }

    // Null where it is so already.
    private Pod? NotReady(Pod pod)
    {
        var at = pod.Status.Conditions.FindIndex(static condition => condition is { Type: "Ready", Status: "True" });
        if (at < 0)
            return null;
        var condition = pod.Status.Conditions[at] with { Status = "False", LastTransitionTime = Now() };
        return pod with { Status = pod.Status with { Conditions = pod.Status.Conditions.SetItem(at, condition) } };
    }

    private async Task<bool> TryUpdateStatusAsync(Pod pod, CancellationToken cancel)
    {
        try
        {
            await api.UpdateStatusAsync(pod, cancel);
            return true;
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            return false;
        }
    }

    // True where pods should leave the node, but the zone's rate does not allow it yet.
    private async Task<bool> TaintAsync(Node node, string ready, CancellationToken cancel)
    {
        var taints = NodeTaintPlan.WithConditions(node, Now());
        var key = _zones.IsAllDown ? null : NodeTaintPlan.EvictingKey(ready);
        // One reason for another costs nothing: the pods are leaving already.
        var isAllowed = key is null || NodeTaintPlan.IsEvicting(taints) || _zones.TryEvict(node);
        if (isAllowed)
            taints = NodeTaintPlan.WithEviction(taints, key, Now());
        if (taints != node.Spec.Taints || NodeLabels.AreMissing(node))
            await api.PatchAsync<Node>(node.Key, NodePatch.Of(node, taints, NodeLabels.Of(node)), cancel);
        return !isAllowed;
    }

    private void Tell(string node, string uid, string reason, string message) => events.Record(
        new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node, Uid = uid }, EventKind.Normal, reason, $"Node {node} event: {message}");

    private static string ReadyStatus(Node node) => node.Status.Conditions.FirstOrDefault(static condition => condition.Type == "Ready")?.Status ?? "";

    private Timestamp Now() => Timestamp.From(clock.GetUtcNow());
}
