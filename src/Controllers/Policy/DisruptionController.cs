using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using ControlPlane.Types.Policy;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.Controllers.Policy;

/// <summary>Keeps the status of pod disruption budgets, by which evictions are granted.</summary>
internal sealed class DisruptionController(IApiClient api, ObjectCaches caches, EventRecorder events, TimeProvider clock) : Controller<PodDisruptionBudget>
{
    protected override void Declare(ControllerDeclaration<PodDisruptionBudget> controller) => controller
        .Named("disruption-controller", alias: "disruption")
        .For()
        .Watches<Pod>(OfPod)
        .Reads<ReplicaSet>()
        .Reads<Deployment>()
        .Reads<StatefulSet>()
        .Reads<ReplicationController>()
        .Writes<PodDisruptionBudget>("status", Verb.Update)
        .RecordsEvents("controllermanager");

    protected override async Task<Requeue> ReconcileAsync(PodDisruptionBudget budget, CancellationToken cancel)
    {
        var selector = LabelSelector.From(budget.Spec.Selector);
        var pods = caches.Of<Pod>().In(budget.Metadata.Namespace).Where(pod => selector.Matches(pod.Metadata.Labels)).ToList();
        if (pods.Count == 0)
            events.Record(budget, EventKind.Normal, "NoPods", "No matching pods found");
        var now = clock.GetUtcNow();
        if (!TryCount(budget, pods, out var expected, out var problem))
        {
            events.Record(budget, EventKind.Warning, "CalculateExpectedPodCountFailed", $"Failed to calculate the number of expected pods: {problem}");
            await StoreAsync(budget, DisruptionBudget.Failed(budget, problem, Timestamp.From(now)), cancel);
            throw new InvalidOperationException(problem);
        }
        var disrupted = DisruptionBudget.StillDisrupted(budget, pods, now);
        await StoreAsync(budget, DisruptionBudget.StatusOf(budget, pods, expected, disrupted, Timestamp.From(now)), cancel);
        return disrupted.IsEmpty ? Requeue.Never : Requeue.At(disrupted.Values.Min().ToDateTimeOffset() + DisruptionBudget.DeletionTimeout + TimeSpan.FromSeconds(1));
    }

    private IEnumerable<ObjectKey> OfPod(ObjectChange<Pod> change) => caches.Of<PodDisruptionBudget>().In(change.Object.Metadata.Namespace)
        .Where(budget => Selects(budget, change.Before) || Selects(budget, change.After))
        .Select(static budget => budget.Key);

    private static bool Selects(PodDisruptionBudget budget, Pod? pod) => pod is not null && LabelSelector.From(budget.Spec.Selector).Matches(pod.Metadata.Labels);

    private async Task StoreAsync(PodDisruptionBudget budget, PodDisruptionBudgetStatus status, CancellationToken cancel)
    {
        if (status != budget.Status)
            await api.UpdateStatusAsync(budget with { Status = status }, cancel);
    }

    // How many pods there should be: as many as there are, or as their controllers want.
    private bool TryCount(PodDisruptionBudget budget, List<Pod> pods, out int expected, out string problem)
    {
        (expected, problem) = (pods.Count, "");
        if (!DisruptionBudget.CountsWantedPods(budget))
            return true;
        expected = 0;
        var counted = new HashSet<string>(StringComparer.Ordinal);
        var unmanaged = 0;
        foreach (var pod in pods)
        {
            if (pod.Controller is not { } owner)
                unmanaged++;
            else if (WantedBy(owner, pod.Metadata.Namespace) is not { } wanted)
            {
                problem = $"found no controllers for pod \"{pod.Metadata.Name}\"";
                return false;
            }
            else if (counted.Add(wanted.Uid))
                expected += wanted.Replicas;
        }
        if (unmanaged > 0)
            TellUnmanaged(budget);
        return true;
    }

    private (string Uid, int Replicas)? WantedBy(OwnerReference owner, string @namespace)
    {
        var key = new ObjectKey(@namespace, owner.Name);
        (string Uid, int Replicas)? wanted = owner.Kind switch
        {
            "ReplicaSet" => caches.Find<ReplicaSet>(key) is { } replicaSet && replicaSet.Uid == owner.Uid ? WantedBy(replicaSet) : null,
            "StatefulSet" => caches.Find<StatefulSet>(key) is { } set ? (set.Uid, set.Spec.Replicas ?? 1) : null,
            "ReplicationController" => caches.Find<ReplicationController>(key) is { } replication ? (replication.Uid, replication.Spec.Replicas ?? 1) : null,
            _ => null,
        };
        return wanted;
    }

    // A rollout moves pods between ReplicaSets: what counts is the Deployment's number.
    private (string Uid, int Replicas) WantedBy(ReplicaSet replicaSet) =>
        replicaSet.Controller is { Kind: "Deployment" } owner
        && caches.Find<Deployment>(new(replicaSet.Metadata.Namespace, owner.Name)) is { } deployment && deployment.Uid == owner.Uid
            ? (deployment.Uid, deployment.Spec.Replicas ?? 1)
            : (replicaSet.Uid, replicaSet.Spec.Replicas ?? 1);

    private void TellUnmanaged(PodDisruptionBudget budget) => events.Record(
        budget,
        EventKind.Warning,
        "UnmanagedPods",
        $"Pods selected by this PodDisruptionBudget (selector: {LabelSelector.From(budget.Spec.Selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be "
        + "calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.");
}
