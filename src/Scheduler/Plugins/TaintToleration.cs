using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Keeps pods off nodes whose taints they do not tolerate; among the rest prefers nodes with fewer soft taints.</summary>
internal sealed class TaintToleration : IFilter, IScore<TaintToleration.SoftTolerations>
{
    private static readonly Verdict Untolerated = Verdict.NeverFits("node(s) had untolerated taint(s)");

    public string Name => "TaintToleration";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } =
    [
        WakeUp.On<Node>(
            Change.Added | Change.Taints,
            static (pod, was, now) => (was is null || !pod.Tolerates(was.HardTaints)) && pod.Tolerates(now.HardTaints)),
        WakeUp.OnItself(Change.Tolerations),
    ];

    public Verdict Filter(PodInfo pod, NodeInfo node) => pod.Pod.Tolerates(node.HardTaints) ? Verdict.Fits : Untolerated;

    public SoftTolerations PreScore(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes) =>
        new(pod.Pod.Spec.Tolerations.RemoveAll(static toleration => toleration.Effect is not ("" or "PreferNoSchedule")));

    public long Score(SoftTolerations state, PodInfo pod, NodeInfo node)
    {
        long untolerated = 0;
        foreach (var taint in node.SoftTaints)
        {
            if (!state.Tolerations.Tolerate(taint))
                untolerated++;
        }
        return untolerated;
    }

    public void Normalize(Span<long> scores) => Normalization.FewerIsBetter(scores);

    /// <summary>The pod's tolerations that can match a soft taint.</summary>
    internal sealed record SoftTolerations(ValueList<Toleration> Tolerations);
}
