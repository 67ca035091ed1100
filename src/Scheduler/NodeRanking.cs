using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;

namespace ControlPlane.Scheduler;

/// <summary>Chooses among the nodes that fit: the one with the highest weighted sum of scores, by lot among equals.</summary>
internal sealed class NodeRanking(Random random)
{
    public NodeInfo Best(PluginSet plugins, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes)
    {
        if (nodes.Count == 1)
            return nodes[0];
        var totals = Totals(plugins, pod, snapshot, nodes);
        var (best, equals) = (0, 1);
        for (var i = 1; i < nodes.Count; i++)
        {
            if (totals[i] > totals[best])
                (best, equals) = (i, 1);
            else if (totals[i] == totals[best] && random.Next(++equals) == 0)
                best = i; // Each of n equals is kept with the chance of 1/n.
        }
        return nodes[best];
    }

    internal static long[] Totals(PluginSet plugins, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes)
    {
        var totals = new long[nodes.Count];
        var scores = new long[nodes.Count];
        foreach (var (plugin, weight) in plugins.Scores)
        {
            if (plugin.Begin(pod, snapshot, nodes) is not { } scorer)
                continue;
            for (var i = 0; i < scores.Length; i++)
                scores[i] = scorer.Run(nodes[i]);
            plugin.Normalize(scores);
            for (var i = 0; i < scores.Length; i++)
                totals[i] += weight * scores[i];
        }
        return totals;
    }
}
