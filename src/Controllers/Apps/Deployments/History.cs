using ControlPlane.Client;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>Old ReplicaSets are kept to go back to, but not without end.</summary>
internal static class History
{
    /// <summary>Those beyond revisionHistoryLimit, oldest revisions first; never one that has or should have pods, or whose state is not known.</summary>
    public static IEnumerable<ReplicaSet> ToDelete(Rollout rollout)
    {
        if (rollout.Deployment.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
            return [];
        var old = rollout.Old.Where(static replicaSet => !replicaSet.IsTerminating).ToList();
        return Rollout.ByAge(old)
            .OrderBy(Revisions.Of)
            .Take(Math.Max(0, old.Count - limit))
            .Where(static replicaSet => replicaSet is { Size: 0, Status.Replicas: 0 } && replicaSet.Metadata.Generation <= replicaSet.Status.ObservedGeneration);
    }
}
