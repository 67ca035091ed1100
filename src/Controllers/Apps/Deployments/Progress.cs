using ControlPlane.Client;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>What a Deployment's status says: counts, whether enough pods are available, and whether the rollout moves (deployment/progress.go, sync.go).</summary>
internal static class Progress
{
    public const string NewAvailable = "NewReplicaSetAvailable";
    public const string TimedOut = "ProgressDeadlineExceeded";
    public const string Paused = "DeploymentPaused";
    public const string Resumed = "DeploymentResumed";

    /// <summary>The counts, and the condition Available.</summary>
    public static DeploymentStatus Count(Rollout rollout, DateTimeOffset now)
    {
        var deployment = rollout.Deployment;
        var all = rollout.All.ToList();
        var available = all.Sum(static replicaSet => replicaSet.Status.AvailableReplicas);
        var status = deployment.Status with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = all.Sum(static replicaSet => replicaSet.Status.Replicas),
            UpdatedReplicas = rollout.New?.Status.Replicas ?? 0,
            ReadyReplicas = all.Sum(static replicaSet => replicaSet.Status.ReadyReplicas),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, rollout.TotalSize - available),
            TerminatingReplicas = Terminating(all),
        };
        return available >= deployment.Replicas - Fenceposts.Of(deployment).MaxUnavailable
            ? status.With(Conditions.Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
            : status.With(Conditions.Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);
    }

    /// <summary>The counts and conditions of a rollout under way.</summary>
    public static DeploymentStatus Judge(Rollout rollout, DateTimeOffset now)
    {
        var status = Count(rollout, now);
        var deployment = rollout.Deployment;
        if (!deployment.HasProgressDeadline)
            status = status.Without(Conditions.Progressing);
        else if (!WasComplete(deployment, status))
            status = WithProgress(rollout, status, now);
        var failure = Failures(rollout).FirstOrDefault();
        return failure is null
            ? status.Without(Conditions.ReplicaFailure)
            : status.With(Conditions.ReplicaFailure, failure.Status, failure.Reason, failure.Message, now);
    }

    /// <summary>Has every pod of the present template come up, and no other is left?</summary>
    public static bool IsComplete(Deployment deployment, DeploymentStatus status) =>
        status.UpdatedReplicas == deployment.Replicas
        && status.Replicas == deployment.Replicas
        && status.AvailableReplicas == deployment.Replicas
        && status.ObservedGeneration >= deployment.Metadata.Generation;

    /// <summary>When its deadline must be looked at, where nothing else will tell.</summary>
    public static Requeue NextCheck(Deployment deployment, DeploymentStatus status)
    {
        if (!deployment.HasProgressDeadline || IsComplete(deployment, status) || deployment.Condition(Conditions.Progressing) is not { } condition)
            return Requeue.Never;
        if (condition.Reason is TimedOut or NewAvailable or Paused)
            return Requeue.Never;
        return Requeue.At(condition.LastUpdateTime.ToDateTimeOffset().AddSeconds((double)deployment.Spec.ProgressDeadlineSeconds! + 1));
    }

    // Once complete it stays so: later restarts of pods are no rollout.
    private static bool WasComplete(Deployment deployment, DeploymentStatus status) =>
        status.Replicas == status.UpdatedReplicas && deployment.Condition(Conditions.Progressing)?.Reason == NewAvailable;

    private static DeploymentStatus WithProgress(Rollout rollout, DeploymentStatus status, DateTimeOffset now)
    {
        var deployment = rollout.Deployment;
        var what = rollout.New is { } newest ? $"ReplicaSet \"{newest.Metadata.Name}\"" : $"Deployment \"{deployment.Metadata.Name}\"";
        if (IsComplete(deployment, status))
            return status.With(Conditions.Progressing, "True", NewAvailable, $"{what} has successfully progressed.", now);
        if (HasMoved(deployment.Status, status))
            return status.Refreshed(Conditions.Progressing, "True", "ReplicaSetUpdated", $"{what} is progressing.", now);
        return HasTimedOut(deployment, now)
            ? status.With(Conditions.Progressing, "False", TimedOut, $"{what} has timed out progressing.", now)
            : status;
    }

    private static bool HasMoved(DeploymentStatus before, DeploymentStatus after) =>
        after.UpdatedReplicas > before.UpdatedReplicas
        || after.Replicas - after.UpdatedReplicas < before.Replicas - before.UpdatedReplicas
        || after.ReadyReplicas > before.ReadyReplicas
        || after.AvailableReplicas > before.AvailableReplicas;

    private static bool HasTimedOut(Deployment deployment, DateTimeOffset now) => deployment.Condition(Conditions.Progressing) switch
    {
        null or { Reason: NewAvailable or Paused } => false,
        { Reason: TimedOut } => true,
        var condition => condition.LastUpdateTime.ToDateTimeOffset().AddSeconds(deployment.Spec.ProgressDeadlineSeconds ?? 0) < now,
    };

    private static IEnumerable<ReplicaSetCondition> Failures(Rollout rollout)
    {
        var newestFirst = rollout.New is null ? rollout.Old : rollout.Old.Prepend(rollout.New);
        return newestFirst.SelectMany(static replicaSet => replicaSet.Status.Conditions.Where(static condition => condition.Type == Conditions.ReplicaFailure));
    }

    // Unknown as long as one ReplicaSet does not tell it.
    private static int? Terminating(List<ReplicaSet> all) =>
        all.TrueForAll(static replicaSet => replicaSet.Status.TerminatingReplicas is not null)
            ? all.Sum(static replicaSet => replicaSet.Status.TerminatingReplicas)
            : null;
}
