using ControlPlane.Resources.Core;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Keeps pods off nodes whose ports they want are taken.</summary>
internal sealed class NodePorts : IFilter<IReadOnlyList<HostPort>>
{
    private static readonly Verdict Taken = Verdict.Unschedulable("node(s) didn't have free ports for the requested pod ports");

    public string Name => "NodePorts";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } =
    [
        WakeUp.OnDeleted<Pod>(static (pod, gone) => Conflict(pod.HostPorts, gone.HostPorts)),
        WakeUp.On<Node>(Change.Added),
    ];

    public PreFiltered<IReadOnlyList<HostPort>> PreFilter(PodInfo pod, Snapshot snapshot) =>
        new(pod.HostPorts.Count == 0 ? Verdict.Skip : Verdict.Fits, pod.HostPorts);

    public Verdict Filter(IReadOnlyList<HostPort> state, PodInfo pod, NodeInfo node) => Conflict(state, node.UsedPorts) ? Taken : Verdict.Fits;

    private static bool Conflict(IReadOnlyList<HostPort> wanted, IReadOnlyList<HostPort> taken)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            for (var j = 0; j < taken.Count; j++)
            {
                if (wanted[i].ConflictsWith(taken[j]))
                    return true;
            }
        }
        return false;
    }
}
