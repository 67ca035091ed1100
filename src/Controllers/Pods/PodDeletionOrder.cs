using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Pods;

/// <summary>A pod and how many of its kind its node has.</summary>
internal readonly record struct RankedPod(Pod Pod, int Neighbours);

/// <summary>
/// Which pods go first when there are too many (controller_utils.go: ActivePodsWithRanks): those that do least good. Unassigned before assigned, pending before
/// unknown before running, not ready before ready, cheaper before dearer (pod-deletion-cost), crowded before alone, younger before older (by orders of
/// magnitude, then by chance), often restarted before steady.
/// </summary>
internal sealed class PodDeletionOrder(DateTimeOffset now) : IComparer<RankedPod>
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    public int Compare(RankedPod x, RankedPod y)
    {
        var (one, other) = (x.Pod, y.Pod);
        return First(
            (one.Spec.NodeName.Length > 0).CompareTo(other.Spec.NodeName.Length > 0),
            PhaseOrder(one).CompareTo(PhaseOrder(other)),
            one.HasReadyCondition.CompareTo(other.HasReadyCondition),
            Cost(one).CompareTo(Cost(other)),
            y.Neighbours.CompareTo(x.Neighbours),
            ByReadyTime(one, other),
            Restarts(other, ofSidecars: false).CompareTo(Restarts(one, ofSidecars: false)),
            Restarts(other, ofSidecars: true).CompareTo(Restarts(one, ofSidecars: true)),
            ByAge(one, other, one.Metadata.CreationTimestamp, other.Metadata.CreationTimestamp));
    }

    /// <summary>How many related pods each pod has on its node, itself included.</summary>
    public static List<RankedPod> Rank(IEnumerable<Pod> pods, IEnumerable<Pod> related)
    {
        var onNode = related.Where(static pod => pod.CountsAsReplica).CountBy(static pod => pod.Spec.NodeName).ToDictionary(StringComparer.Ordinal);
        return [.. pods.Select(pod => new RankedPod(pod, onNode.GetValueOrDefault(pod.Spec.NodeName)))];
    }

    private static int First(params ReadOnlySpan<int> orders)
    {
        foreach (var order in orders)
        {
            if (order != 0)
                return order;
        }
        return 0;
    }

    private static int PhaseOrder(Pod pod) => pod.Status.Phase switch
    {
        "Pending" => 0,
        "Unknown" => 1,
        "Running" => 2,
        _ => 0,
    };

    private static int Cost(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.Find(CostAnnotation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private int ByReadyTime(Pod one, Pod other)
    {
        if (one.ReadyCondition is not { Status: "True" } first || other.ReadyCondition is not { Status: "True" } second)
            return 0;
        return ByAge(one, other, first.LastTransitionTime, second.LastTransitionTime);
    }

    // Ages of the same order of magnitude count as equal, so that the choice among them falls evenly over nodes and zones: the uid is a coin.
    private int ByAge(Pod one, Pod other, DateTimeOffset first, DateTimeOffset second)
    {
        if (first == second)
            return 0;
        var difference = Magnitude(first).CompareTo(Magnitude(second));
        return difference != 0 ? difference : string.CompareOrdinal(one.Metadata.Uid, other.Metadata.Uid);
    }

    private int Magnitude(DateTimeOffset time)
    {
        var nanoseconds = (UInt128)Math.Max(0, (now - time).Ticks) * 100;
        return nanoseconds == 0 ? -1 : (int)UInt128.Log2(nanoseconds);
    }

    private static int Restarts(Pod pod, bool ofSidecars)
    {
        var statuses = ofSidecars
            ? pod.Status.InitContainerStatuses.Where(status => pod.Spec.InitContainers.Any(container => container.Name == status.Name && container.RestartPolicy == "Always"))
            : pod.Status.ContainerStatuses;
        return statuses.Select(static status => status.RestartCount).DefaultIfEmpty(0).Max();
    }
}
