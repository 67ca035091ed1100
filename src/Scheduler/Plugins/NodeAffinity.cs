using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Keeps pods on the nodes that their nodeSelector and required affinity select; among these prefers what they prefer.</summary>
internal sealed class NodeAffinity : IFilter<Pod>, IScore<NodeAffinity.Preferences>
{
    private static readonly Verdict NotSelected = Verdict.NeverFits("node(s) didn't match Pod's node affinity/selector");
    private static readonly Verdict Conflict = Verdict.NeverFits("pod affinity terms conflict");

    public string Name => "NodeAffinity";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } =
    [
        WakeUp.On<Node>(Change.Added | Change.Labels, static (pod, was, now) => (was is null || !pod.Selects(was)) && pod.Selects(now)),
        WakeUp.OnItself(Change.Spec),
    ];

    public PreFiltered<Pod> PreFilter(PodInfo pod, Snapshot snapshot)
    {
        var required = pod.Pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        if (required is null && pod.Pod.Spec.NodeSelector.IsEmpty)
            return new(Verdict.Skip, pod.Pod);
        if (required is null || NamesOf(required) is not { } names)
            return new(Verdict.Fits, pod.Pod);
        return names.Count == 0 ? new(Conflict, pod.Pod) : new(Verdict.Fits, pod.Pod, names);
    }

    public Verdict Filter(Pod state, PodInfo pod, NodeInfo node) => state.Selects(node.Node) ? Verdict.Fits : NotSelected;

    public Preferences? PreScore(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes)
    {
        var terms = pod.Pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default;
        return terms.IsEmpty ? null : new(terms);
    }

    public long Score(Preferences state, PodInfo pod, NodeInfo node)
    {
        long sum = 0;
        foreach (var term in state.Terms)
        {
            if (term.Preference.Matches(node.Node))
                sum += term.Weight;
        }
        return sum;
    }

    public void Normalize(Span<long> scores) => Normalization.MoreIsBetter(scores);

    /// <summary>
    /// The nodes that come into question because every term names some (DaemonSet pods do); null where a term leaves it open. Only they are then looked at,
    /// so that a pod for one node costs the same in a cluster of any size.
    /// </summary>
    private static HashSet<string>? NamesOf(NodeSelector required)
    {
        if (required.NodeSelectorTerms.IsEmpty)
            return null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in required.NodeSelectorTerms)
        {
            if (NamesOf(term) is not { } some)
                return null;
            names.UnionWith(some);
        }
        return names;
    }

    private static HashSet<string>? NamesOf(NodeSelectorTerm term)
    {
        HashSet<string>? names = null;
        foreach (var field in term.MatchFields)
        {
            if (field is not { Key: "metadata.name", Operator: "In" })
                continue;
            if (names is null)
                names = new(field.Values, StringComparer.Ordinal);
            else
                names.IntersectWith(field.Values);
        }
        return names;
    }

    /// <summary>The pod's preferred terms.</summary>
    internal sealed record Preferences(ValueList<PreferredSchedulingTerm> Terms);
}
