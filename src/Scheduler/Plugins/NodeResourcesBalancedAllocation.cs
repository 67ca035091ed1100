using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Prefers nodes on which cpu and memory would be used up evenly, so that neither is left over without the other.</summary>
internal sealed class NodeResourcesBalancedAllocation : IScore<PodInfo>
{
    public string Name => "NodeResourcesBalancedAllocation";

    /// <summary>Pods that request nothing change no balance.</summary>
    public PodInfo? PreScore(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes) =>
        pod.Requests is { MilliCpu: 0, Memory: 0 } ? null : pod;

    public long Score(PodInfo state, PodInfo pod, NodeInfo node)
    {
        var cpu = Share(node.Requested.MilliCpu + pod.Requests.MilliCpu, node.Allocatable.MilliCpu);
        var memory = Share(node.Requested.Memory + pod.Requests.Memory, node.Allocatable.Memory);
        if (cpu is null || memory is null)
            return Normalization.MaxScore;
        // The standard deviation of two numbers is half their distance.
        return (long)((1 - (Math.Abs(cpu.Value - memory.Value) / 2)) * Normalization.MaxScore);
    }

    private static double? Share(long requested, long capacity) => capacity == 0 ? null : Math.Min(1, (double)requested / capacity);
}
