using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>The next step of a rolling update: the new ReplicaSet grows within the surge, the old ones shrink as long as enough pods are available.</summary>
internal static class RollingUpdate
{
    /// <summary>The sizes to set now; none when there is nothing to do before pods have become available or gone.</summary>
    public static IReadOnlyList<Sizing> Decide(Rollout rollout)
    {
        var size = SizeOfNew(rollout);
        if (rollout.New is { } newest && newest.Size != size)
            return [new(newest, size)];
        return ShrinkOld(rollout);
    }

    /// <summary>How large the new ReplicaSet may be now.</summary>
    public static int SizeOfNew(Rollout rollout)
    {
        var wished = rollout.Deployment.Replicas;
        var present = rollout.New?.Size ?? 0;
        if (rollout.Deployment.Spec.Strategy.Type != "RollingUpdate" || present > wished)
            return wished;
        var room = wished + Fenceposts.Of(rollout.Deployment).MaxSurge - rollout.TotalSize;
        return room <= 0 ? present : present + Math.Min(room, wished - present);
    }

    private static List<Sizing> ShrinkOld(Rollout rollout)
    {
        if (rollout.Old.All(static old => old.Size == 0))
            return [];
        var minAvailable = rollout.Deployment.Replicas - Fenceposts.Of(rollout.Deployment).MaxUnavailable;
        var newUnavailable = rollout.New is { } newest ? newest.Size - newest.Status.AvailableReplicas : 0;
        var mayGo = rollout.TotalSize - minAvailable - newUnavailable;
        if (mayGo <= 0)
            return [];
        var sizes = rollout.Old.ToDictionary(static old => old, static old => old.Size);
        var ordered = Rollout.ByAge(rollout.Old).ToList();
        ShrinkUnhealthy(ordered, sizes, mayGo);
        ShrinkAvailable(ordered, sizes, rollout.All.Sum(static replicaSet => replicaSet.Status.AvailableReplicas) - minAvailable);
        return [.. ordered.Where(old => sizes[old] != old.Size).Select(old => new Sizing(old, sizes[old]))];
    }

    // Pods that serve nobody go first, whatever the number of those that do: they would block the update for ever.
    private static void ShrinkUnhealthy(List<ReplicaSet> ordered, Dictionary<ReplicaSet, int> sizes, int mayGo)
    {
        foreach (var old in ordered)
        {
            var unhealthy = Math.Min(mayGo, Math.Max(0, sizes[old] - old.Status.AvailableReplicas));
            sizes[old] -= unhealthy;
            mayGo -= unhealthy;
        }
    }

    private static void ShrinkAvailable(List<ReplicaSet> ordered, Dictionary<ReplicaSet, int> sizes, int mayGo)
    {
        foreach (var old in ordered)
        {
            if (mayGo <= 0)
                return;
            var gone = Math.Min(mayGo, sizes[old]);
            sizes[old] -= gone;
            mayGo -= gone;
        }
    }
}
