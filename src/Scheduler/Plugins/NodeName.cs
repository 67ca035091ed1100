using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>A pod that names its node fits no other.</summary>
internal sealed class NodeName : IFilter
{
    private static readonly Verdict Other = Verdict.NeverFits("node(s) didn't match the requested node name");

    public string Name => "NodeName";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } =
        [WakeUp.On<Node>(Change.Added, static (pod, _, now) => pod.Spec.NodeName.Length == 0 || pod.Spec.NodeName == now.Metadata.Name)];

    public Verdict Filter(PodInfo pod, NodeInfo node) =>
        pod.Pod.Spec.NodeName.Length == 0 || pod.Pod.Spec.NodeName == node.Name ? Verdict.Fits : Other;
}
