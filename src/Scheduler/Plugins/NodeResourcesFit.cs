using ControlPlane.Resources.Core;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Keeps pods off nodes without room for what they request; among the rest prefers those with most room left (LeastAllocated).</summary>
internal sealed class NodeResourcesFit : IFilter, IScore<PodInfo>
{
    private static readonly Verdict TooManyPods = Verdict.Unschedulable("Too many pods");

    public string Name => "NodeResourcesFit";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } =
    [
        WakeUp.On<Pod>(Change.Deleted | Change.RequestsDown),
        WakeUp.OnDeleted<Pod>(static (_, _) => true),
        WakeUp.On<Node>(Change.Added | Change.Allocatable, static (pod, _, now) => CouldHold(pod, now)),
        WakeUp.OnItself(Change.RequestsDown),
    ];

    public Verdict Filter(PodInfo pod, NodeInfo node)
    {
        var hasPlace = node.Pods.Count < node.Allocatable.Pods;
        var wanted = pod.Requests;
        if (hasPlace && Fits(wanted, node))
            return Verdict.Fits;
        var lacking = new Lacking();
        if (!hasPlace)
            lacking.Reasons.Add(TooManyPods.Reasons[0]);
        lacking.Check("cpu", wanted.MilliCpu, node.Requested.MilliCpu, node.Allocatable.MilliCpu);
        lacking.Check("memory", wanted.Memory, node.Requested.Memory, node.Allocatable.Memory);
        lacking.Check("ephemeral-storage", wanted.EphemeralStorage, node.Requested.EphemeralStorage, node.Allocatable.EphemeralStorage);
        foreach (var (name, amount) in wanted.Extended)
            lacking.Check(name, amount, node.Requested.Of(name), node.Allocatable.Of(name));
        return lacking.Reasons is [var only] && ReferenceEquals(only, TooManyPods.Reasons[0]) ? TooManyPods
            : lacking.IsForGood ? Verdict.NeverFits(lacking.Reasons)
            : Verdict.Unschedulable(lacking.Reasons);
    }

    public PodInfo PreScore(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes) => pod;

    public long Score(PodInfo state, PodInfo pod, NodeInfo node)
    {
        long sum = 0, weights = 0;
        Add(node.NonZeroRequested.MilliCpu + pod.NonZeroRequests.MilliCpu, node.Allocatable.MilliCpu);
        Add(node.NonZeroRequested.Memory + pod.NonZeroRequests.Memory, node.Allocatable.Memory);
        return weights == 0 ? 0 : sum / weights;

        void Add(long requested, long capacity)
        {
            if (capacity == 0)
                return;
            sum += requested > capacity ? 0 : (capacity - requested) * Normalization.MaxScore / capacity;
            weights++; // cpu and memory count the same (NodeResourcesFitArgs: scoringStrategy)
        }
    }

    // Without memory pressure on the hot path: most nodes are asked this and no more.
    private static bool Fits(ResourceAmounts wanted, NodeInfo node)
    {
        var (used, all) = (node.Requested, node.Allocatable);
        if ((wanted.MilliCpu > 0 && wanted.MilliCpu > all.MilliCpu - used.MilliCpu)
            || (wanted.Memory > 0 && wanted.Memory > all.Memory - used.Memory)
            || (wanted.EphemeralStorage > 0 && wanted.EphemeralStorage > all.EphemeralStorage - used.EphemeralStorage))
            return false;
        foreach (var (name, amount) in wanted.Extended)
        {
            if (amount > 0 && amount > all.Of(name) - used.Of(name))
                return false;
        }
        return true;
    }

    private static bool CouldHold(Pod pod, Node node)
    {
        var wanted = ResourceAmounts.Of(pod.Requests);
        return Fits(wanted, NodeInfo.Of(node, []));
    }

    private sealed class Lacking
    {
        public List<string> Reasons { get; } = [];

        /// <summary>More than the node has when it is empty.</summary>
        public bool IsForGood { get; private set; }

        public void Check(string resource, long wanted, long used, long allocatable)
        {
            if (wanted <= 0 || wanted <= allocatable - used)
                return;
            Reasons.Add($"Insufficient {resource}");
            IsForGood |= wanted > allocatable;
        }
    }
}
