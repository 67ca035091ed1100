using ControlPlane.Resources.Core;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Keeps pods off cordoned nodes, unless they tolerate the taint that those have.</summary>
internal sealed class NodeUnschedulable : IFilter
{
    private static readonly Verdict Cordoned = Verdict.NeverFits("node(s) were unschedulable");

    public string Name => "NodeUnschedulable";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } =
    [
        WakeUp.On<Node>(Change.Added | Change.Taints, static (pod, _, now) => !now.Spec.Unschedulable || pod.Tolerates(NodeTaints.Unschedulable)),
        WakeUp.OnItself(Change.Tolerations),
    ];

    public Verdict Filter(PodInfo pod, NodeInfo node) =>
        !node.Node.Spec.Unschedulable || pod.Pod.Tolerates(NodeTaints.Unschedulable) ? Verdict.Fits : Cordoned;
}
