using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>
/// What changes when a Deployment is resized while it is paused or in the middle of an update: a single ReplicaSet follows; several grow or shrink in
/// proportion to their sizes, so that the risk stays spread as it was (deployment/sync.go: scale).
/// </summary>
internal static class Scaling
{
    /// <summary>The sizes to set. A sizing may repeat a ReplicaSet's present size: its annotations follow all the same.</summary>
    public static IReadOnlyList<Sizing> Decide(Rollout rollout)
    {
        var deployment = rollout.Deployment;
        if (ActiveOrLatest(rollout) is { } only)
            return only.Size == deployment.Replicas ? [] : [new(only, deployment.Replicas)];
        if (IsSaturated(rollout))
            return [.. rollout.Old.Where(static old => old.Size > 0).Select(static old => new Sizing(old, 0))];
        return deployment.Spec.Strategy.Type == "RollingUpdate" ? Proportionally(rollout) : [];
    }

    /// <summary>Has the Deployment been resized since its ReplicaSets were last sized?</summary>
    public static bool IsResized(Rollout rollout) => rollout.Active.Any(replicaSet =>
        Revisions.Desired(replicaSet) is { } desired && desired != rollout.Deployment.Replicas);

    private static ReplicaSet? ActiveOrLatest(Rollout rollout)
    {
        var active = rollout.Active.ToList();
        return active.Count switch
        {
            0 => rollout.New ?? Rollout.ByAge(rollout.Old).LastOrDefault(),
            1 => active[0],
            _ => null,
        };
    }

    private static bool IsSaturated(Rollout rollout) =>
        rollout.New is { } newest
        && Revisions.Desired(newest) == rollout.Deployment.Replicas
        && newest.Size == rollout.Deployment.Replicas
        && newest.Status.AvailableReplicas == rollout.Deployment.Replicas;

    private static List<Sizing> Proportionally(Rollout rollout)
    {
        var wished = rollout.Deployment.Replicas;
        var allowed = wished > 0 ? wished + Fenceposts.Of(rollout.Deployment).MaxSurge : 0;
        var active = rollout.Active.ToList();
        var toAdd = allowed - active.Sum(static replicaSet => replicaSet.Size);
        // Growth favours newer ones, shrinking older ones, where sizes are the same.
        var ordered = (toAdd > 0 ? Rollout.ByAge(active).Reverse() : Rollout.ByAge(active)).OrderByDescending(static replicaSet => replicaSet.Size).ToList();
        var sizes = new List<Sizing>();
        var added = 0;
        foreach (var replicaSet in ordered)
        {
            var share = Share(replicaSet, rollout.Deployment, toAdd, added);
            added += share;
            sizes.Add(new(replicaSet, replicaSet.Size + share));
        }
        // What rounding left over goes to the largest.
        if (sizes.Count > 0 && toAdd != added)
            sizes[0] = sizes[0] with { Size = Math.Max(0, sizes[0].Size + toAdd - added) };
        return sizes;
    }

    private static int Share(ReplicaSet replicaSet, Deployment deployment, int toAdd, int added)
    {
        if (replicaSet.Size == 0 || toAdd == 0 || toAdd == added)
            return 0;
        var share = Fraction(replicaSet, deployment);
        return toAdd > 0 ? Math.Min(share, toAdd - added) : Math.Max(share, toAdd - added);
    }

    private static int Fraction(ReplicaSet replicaSet, Deployment deployment)
    {
        if (deployment.Replicas == 0)
            return -replicaSet.Size;
        double most = deployment.Replicas + Fenceposts.Of(deployment).MaxSurge;
        // Annotations of another controller may lack it: the number of pods is the best guess.
        var before = Revisions.Most(replicaSet) is > 0 and var known ? known : deployment.Status.Replicas;
        return before == 0 ? 0 : (int)Math.Round(replicaSet.Size * most / before, MidpointRounding.AwayFromZero) - replicaSet.Size;
    }
}
