using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.Controllers.Apps.ReplicaSets;

/// <summary>What a ReplicaSet's status says of its pods.</summary>
internal static class ReplicaSetStatuses
{
    /// <summary>The status of those pods, and what last went wrong.</summary>
    public static ReplicaSetStatus Calculate(ReplicaSet replicaSet, IReadOnlyList<Pod> pods, ReplicaFailure? failure, DateTimeOffset now)
    {
        var template = LabelSelector.OfLabels(replicaSet.Spec.Template.Metadata.Labels);
        var active = pods.Where(static pod => pod.CountsAsReplica).ToList();
        return replicaSet.Status with
        {
            Replicas = active.Count,
            FullyLabeledReplicas = active.Count(pod => template.Matches(pod.Metadata.Labels)),
            ReadyReplicas = active.Count(static pod => pod.HasReadyCondition),
            AvailableReplicas = active.Count(pod => pod.IsAvailable(replicaSet.Spec.MinReadySeconds, now)),
            TerminatingReplicas = pods.Count(static pod => !pod.HasEnded && !pod.CountsAsReplica),
            ObservedGeneration = replicaSet.Metadata.Generation,
            Conditions = Conditions(replicaSet.Status.Conditions, failure, now),
        };
    }

    // A failure's time does not move while it lasts, so that the same one is not written again and again.
    private static ValueList<ReplicaSetCondition> Conditions(ValueList<ReplicaSetCondition> before, ReplicaFailure? failure, DateTimeOffset now)
    {
        var known = before.FirstOrDefault(static condition => condition.Type == "ReplicaFailure");
        if (failure is null)
            return before.RemoveAll(static condition => condition.Type == "ReplicaFailure");
        if (known is not null)
            return before;
        return before.Add(new ReplicaSetCondition
        {
            Type = "ReplicaFailure",
            Status = "True",
            LastTransitionTime = Timestamp.From(now),
            Reason = failure.Reason,
            Message = failure.Message,
        });
    }
}

/// <summary>Pods could not be created or deleted.</summary>
/// <param name="Reason">FailedCreate or FailedDelete.</param>
/// <param name="Message">What the server said.</param>
internal sealed record ReplicaFailure(string Reason, string Message);
