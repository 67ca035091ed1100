using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Cache;

/// <summary>A pod with what the plugins ask of it most often, computed once.</summary>
internal sealed class PodInfo
{
    // pkg/scheduler/util: what a container without requests is taken to use, so that such pods spread as well
    private static readonly ValueMap<Quantity> Assumed = ValueMap.ToValueMap<Quantity>(
    [
        new("cpu", Quantity.FromMilli(100)),
        new("memory", new Quantity(200L * 1024 * 1024)),
    ]);

    public PodInfo(Pod pod)
    {
        Pod = pod;
        Requests = ResourceAmounts.Of(pod.RequestsInUse);
        NonZeroRequests = ResourceAmounts.Of(pod.RequestsOr(Assumed));
        HostPorts = pod.HostPorts;
    }

    public Pod Pod { get; }

    public string Uid => Pod.Metadata.Uid;

    public int Priority => Pod.Spec.Priority ?? 0;

    public ResourceAmounts Requests { get; }

    /// <summary>Cpu and memory with assumed amounts where a container does not say.</summary>
    public ResourceAmounts NonZeroRequests { get; }

    public IReadOnlyList<HostPort> HostPorts { get; }
}
