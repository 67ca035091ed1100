using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>How many pods a rolling update may have too many and too few.</summary>
/// <param name="MaxSurge">Above the number wished for.</param>
/// <param name="MaxUnavailable">Below it.</param>
internal readonly record struct Fenceposts(int MaxSurge, int MaxUnavailable)
{
    /// <summary>Those of a Deployment; none of both for one that does not roll.</summary>
    public static Fenceposts Of(Deployment deployment)
    {
        if (deployment.Spec.Strategy is not { Type: "RollingUpdate", RollingUpdate: var rolling })
            return default;
        var replicas = deployment.Replicas;
        var surge = Scale(rolling?.MaxSurge ?? 0, replicas, roundUp: true);
        var unavailable = Scale(rolling?.MaxUnavailable ?? 0, replicas, roundUp: false);
        // Both may round to none: then nothing could ever move, so one may be missing (deployment/util: ResolveFenceposts).
        if (surge == 0 && unavailable == 0)
            unavailable = 1;
        return new(surge, replicas == 0 ? 0 : Math.Min(unavailable, replicas));
    }

    /// <summary>A number, or a percentage of the total.</summary>
    public static int Scale(IntOrString value, int total, bool roundUp)
    {
        if (!value.IsString)
            return value.Number;
        var percent = int.Parse(value.Text.AsSpan().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture);
        return (int)(((long)percent * total) + (roundUp ? 99 : 0)) / 100;
    }
}

/// <summary>What the controller asks of one Deployment or ReplicaSet.</summary>
internal static class DeploymentQuestions
{
    extension(Deployment deployment)
    {
        /// <summary>Pods wished for (the server's default where none is given).</summary>
        public int Replicas => deployment.Spec.Replicas ?? 1;

        /// <summary>Does it watch its own progress?</summary>
        public bool HasProgressDeadline => deployment.Spec.ProgressDeadlineSeconds is not (null or int.MaxValue);

        /// <summary>The condition of that type, or null.</summary>
        public DeploymentCondition? Condition(string type) => deployment.Status.Conditions.FirstOrDefault(condition => condition.Type == type);
    }

    extension(ReplicaSet replicaSet)
    {
        /// <summary>Pods wished for.</summary>
        public int Size => replicaSet.Spec.Replicas ?? 1;

        /// <summary>The same with another size.</summary>
        public ReplicaSet Sized(int size) => replicaSet with { Spec = replicaSet.Spec with { Replicas = size } };
    }
}
