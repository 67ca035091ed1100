using ControlPlane.Resources.Core;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Queue;

/// <summary>What about an object changed, as far as it matters to scheduling.</summary>
internal static class ObjectChanges
{
    /// <summary>Of two states of a pod.</summary>
    public static Change Between(Pod was, Pod now)
    {
        var change = Change.None;
        if (was.Metadata.Labels != now.Metadata.Labels)
            change |= Change.Labels;
        if (AreRequestsDown(was, now))
            change |= Change.RequestsDown;
        if (was.Spec == now.Spec)
            return change;
        if (was.Spec.Tolerations != now.Spec.Tolerations)
            change |= Change.Tolerations;
        if (was.Spec.SchedulingGates != now.Spec.SchedulingGates)
            change |= Change.Gates;
        return change | Change.Spec;
    }

    /// <summary>Of two states of a node.</summary>
    public static Change Between(Node was, Node now)
    {
        var change = Change.None;
        if (was.Metadata.Labels != now.Metadata.Labels)
            change |= Change.Labels;
        if (was.Metadata.Annotations != now.Metadata.Annotations)
            change |= Change.Annotations;
        if (was.Spec.Taints != now.Spec.Taints || was.Spec.Unschedulable != now.Spec.Unschedulable)
            change |= Change.Taints;
        if (was.Status.Allocatable != now.Status.Allocatable)
            change |= Change.Allocatable;
        if (!was.Status.Conditions.Select(static one => (one.Type, one.Status)).SequenceEqual(now.Status.Conditions.Select(static one => (one.Type, one.Status))))
            change |= Change.Conditions;
        return change;
    }

    private static bool AreRequestsDown(Pod was, Pod now)
    {
        if (was.Spec == now.Spec && was.Status.ContainerStatuses == now.Status.ContainerStatuses)
            return false;
        var (before, after) = (ResourceAmounts.Of(was.RequestsInUse), ResourceAmounts.Of(now.RequestsInUse));
        if (after.MilliCpu < before.MilliCpu || after.Memory < before.Memory || after.EphemeralStorage < before.EphemeralStorage)
            return true;
        foreach (var (name, amount) in before.Extended)
        {
            if (after.Of(name) < amount)
                return true;
        }
        return false;
    }
}
