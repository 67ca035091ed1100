using System.Globalization;
using ControlPlane.Scheduler.Cache;

namespace ControlPlane.Scheduler.Framework;

/// <summary>Why a pod fits no node: the verdicts by node, and the plugins that gave them.</summary>
internal sealed class Diagnosis(int allNodes)
{
    private readonly List<(NodeInfo Node, Verdict Verdict)> _nodes = [];
    private readonly HashSet<string> _plugins = new(StringComparer.Ordinal);

    /// <summary>Nodes in the cluster.</summary>
    public int AllNodes { get; } = allNodes;

    /// <summary>Those that said no: only what they wait for can help.</summary>
    public IReadOnlySet<string> Plugins => _plugins;

    /// <summary>The nodes that were looked at.</summary>
    public IReadOnlyList<(NodeInfo Node, Verdict Verdict)> Nodes => _nodes;

    /// <summary>A reason that holds for all nodes, found before looking at any; "" where there is none.</summary>
    public string ForAll { get; private set; } = "";

    /// <summary>Why the nodes were not looked at that are not in <see cref="Nodes"/>.</summary>
    public Verdict Absent { get; set; } = Verdict.NeverFits();

    /// <summary>What the post filters add.</summary>
    public string More { get; set; } = "";

    public void Reject(string plugin, NodeInfo node, Verdict verdict)
    {
        _plugins.Add(plugin);
        _nodes.Add((node, verdict));
    }

    public void RejectAll(string plugin, Verdict verdict)
    {
        _plugins.Add(plugin);
        ForAll = string.Join(", ", verdict.Reasons);
        Absent = verdict;
    }

    public void Narrowed(IEnumerable<string> plugins)
    {
        var names = plugins.Order(StringComparer.Ordinal).ToArray();
        _plugins.UnionWith(names);
        Absent = Verdict.NeverFits($"node(s) didn't satisfy plugin(s) [{string.Join(' ', names)}]");
    }

    /// <summary>As users see it in the event and in the pod's condition (upstream: FitError).</summary>
    public string Message()
    {
        if (AllNodes == 0)
            return "no nodes available to schedule pods";
        var text = $"0/{AllNodes} nodes are available";
        var reasons = ForAll.Length > 0 ? ForAll : string.Join(", ", Reasons());
        if (reasons.Length > 0)
            text += $": {reasons}.";
        return More.Length > 0 ? $"{text} {More}" : text;
    }

    /// <summary>"2 Insufficient cpu": each reason with its number of nodes, in the order of these texts.</summary>
    private IEnumerable<string> Reasons()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (_, verdict) in _nodes)
            Count(counts, verdict, 1);
        if (_nodes.Count < AllNodes)
            Count(counts, Absent, AllNodes - _nodes.Count);
        return counts.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")).Order(StringComparer.Ordinal);
    }

    private static void Count(Dictionary<string, int> counts, Verdict verdict, int nodes)
    {
        foreach (var reason in verdict.Reasons)
            counts[reason] = counts.GetValueOrDefault(reason) + nodes;
    }
}
