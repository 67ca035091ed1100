using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler;

/// <summary>What a pod is to the scheduler.</summary>
internal static class PodStates
{
    /// <summary>It has ended: it takes up no room and needs none.</summary>
    public static bool HasEnded(Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    /// <summary>It waits for a node.</summary>
    public static bool IsPending(Pod pod) => pod.Spec.NodeName.Length == 0 && pod.Metadata.DeletionTimestamp is null && !HasEnded(pod);

    /// <summary>It takes up room on a node.</summary>
    public static bool IsAssigned(Pod pod) => pod.Spec.NodeName.Length > 0 && !HasEnded(pod);
}
