using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>A container's requests and limits as settings of its control group.</summary>
internal static class ContainerLimits
{
    private const long SharesOfProcessor = 1024;
    private const long SharesMin = 2; // Linux: cpu.shares
    private const long PeriodMicroseconds = 100_000; // kubelet: --cpu-cfs-quota-period
    private const long QuotaMinMicroseconds = 1000; // Linux: a quota below 1 ms is refused

    /// <summary>The settings; what is neither requested nor limited isn't bounded.</summary>
    public static ContainerResources Of(Pod pod, IContainer container, NodeCapacity capacity)
    {
        var (requests, limits) = (container.Resources.Requests, container.Resources.Limits);
        var hasCpuLimit = limits.TryGetValue("cpu", out var cpuLimit) && !cpuLimit.IsZero;
        var requested = requests.TryGetValue("cpu", out var cpu) ? cpu.MilliValue : hasCpuLimit ? cpuLimit.MilliValue : 0;
        return new ContainerResources
        {
            CpuShares = Math.Max(SharesMin, requested * SharesOfProcessor / 1000),
            CpuPeriod = hasCpuLimit ? PeriodMicroseconds : 0,
            CpuQuota = hasCpuLimit ? Math.Max(QuotaMinMicroseconds, cpuLimit.MilliValue * PeriodMicroseconds / 1000) : 0,
            MemoryLimit = limits.TryGetValue("memory", out var memory) ? memory.Value : 0,
            MemorySwapLimit = limits.TryGetValue("memory", out memory) ? memory.Value : 0, // no swap for pods (kubelet: NoSwap)
            OomScoreAdjust = OomScoreOf(pod, container, capacity),
        };
    }

    /// <summary>Who is killed first when memory runs out: pods without requests, then those that use most beyond theirs (upstream: pkg/kubelet/qos/policy.go).</summary>
    private static long OomScoreOf(Pod pod, IContainer container, NodeCapacity capacity)
    {
        const int guaranteed = -997, bestEffort = 1000;
        if (pod.Status.QosClass == "Guaranteed")
            return guaranteed;
        if (pod.Status.QosClass == "BestEffort")
            return bestEffort;
        var request = container.Resources.Requests.TryGetValue("memory", out var memory) ? memory.Value : 0;
        var score = 1000 - 1000 * request / Math.Max(1, capacity.MemoryBytes);
        return score < 1000 + guaranteed ? 1000 + guaranteed : Math.Min(score, bestEffort - 1);
    }
}
