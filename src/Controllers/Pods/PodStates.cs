using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Pods;

/// <summary>What controllers ask of one pod.</summary>
internal static class PodStates
{
    extension(Pod pod)
    {
        /// <summary>Has all its work ended?</summary>
        public bool HasEnded => pod.Status.Phase is "Succeeded" or "Failed";

        /// <summary>Does it count as one of its controller's replicas: neither ended nor about to?</summary>
        public bool CountsAsReplica => !pod.HasEnded && pod.Metadata.DeletionTimestamp is null;

        /// <summary>The condition Ready, or null.</summary>
        public PodCondition? ReadyCondition => pod.Status.Conditions.FirstOrDefault(static condition => condition.Type == "Ready");

        /// <summary>Is its Ready condition true?</summary>
        public bool HasReadyCondition => pod.ReadyCondition?.Status == "True";

        /// <summary>When it will have been ready for so long; null while it is not ready. Not later than now means available.</summary>
        public DateTimeOffset? AvailableFrom(int minReadySeconds)
        {
            if (pod.ReadyCondition is not { Status: "True" } ready)
                return null;
            return minReadySeconds == 0 ? DateTimeOffset.MinValue : ready.LastTransitionTime.ToDateTimeOffset().AddSeconds(minReadySeconds);
        }

        /// <summary>Has it been ready for so long?</summary>
        public bool IsAvailable(int minReadySeconds, DateTimeOffset now) => pod.AvailableFrom(minReadySeconds) <= now;
    }
}
