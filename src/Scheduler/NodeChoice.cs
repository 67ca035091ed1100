using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;

namespace ControlPlane.Scheduler;

/// <summary>Decides where a pod goes, or why it goes nowhere. Pure but for the turn of nodes and the lot among equals.</summary>
internal sealed class NodeChoice(NodeSearch search, NodeRanking ranking)
{
    /// <summary>The node; or null, and the diagnosis tells why.</summary>
    /// <exception cref="SchedulingException">A plugin broke.</exception>
    public (string? Node, Diagnosis Diagnosis) Choose(PluginSet plugins, PodInfo pod, Snapshot snapshot)
    {
        var diagnosis = new Diagnosis(snapshot.Nodes.Count);
        if (snapshot.Nodes.Count == 0 || Begin(plugins, pod, snapshot, diagnosis) is not { } filters)
            return (null, diagnosis);
        var candidates = Candidates(filters, snapshot, diagnosis);
        filters = [.. filters.Where(static filter => filter.Before.Kind != VerdictKind.Skip)];
        var fitting = Nominated(filters, pod, candidates) ?? search.Find(filters, candidates, diagnosis);
        return (fitting.Count == 0 ? null : ranking.Best(plugins, pod, snapshot, fitting).Name, diagnosis);
    }

    /// <summary>The filters of this cycle; null where one has rejected the pod for all nodes.</summary>
    private static NodeFilter[]? Begin(PluginSet plugins, PodInfo pod, Snapshot snapshot, Diagnosis diagnosis)
    {
        var filters = new NodeFilter[plugins.Filters.Length];
        for (var i = 0; i < filters.Length; i++)
        {
            filters[i] = plugins.Filters[i].Begin(pod, snapshot);
            var before = filters[i].Before;
            if (before.Kind == VerdictKind.Error)
                throw new SchedulingException($"running PreFilter plugin \"{plugins.Filters[i].Name}\": {before.Reasons[0]}", before.Failure);
            if (before.IsRejection)
            {
                diagnosis.RejectAll(plugins.Filters[i].Name, before);
                return null;
            }
        }
        return filters;
    }

    private static IReadOnlyList<NodeInfo> Candidates(NodeFilter[] filters, Snapshot snapshot, Diagnosis diagnosis)
    {
        HashSet<string>? names = null;
        List<string>? plugins = null;
        foreach (var filter in filters)
        {
            if (filter.OnlyNodes is not { } only)
                continue;
            (plugins ??= []).Add(filter.Plugin.Name);
            if (names is null)
                names = new(only, StringComparer.Ordinal);
            else
                names.IntersectWith(only);
        }
        if (names is null)
            return snapshot.Nodes;
        diagnosis.Narrowed(plugins!);
        return [.. names.Select(snapshot.Find).OfType<NodeInfo>()];
    }

    /// <summary>A node that was nominated for the pod (room was made there) is taken if it fits, without looking at others.</summary>
    private static List<NodeInfo>? Nominated(NodeFilter[] filters, PodInfo pod, IReadOnlyList<NodeInfo> candidates)
    {
        var name = pod.Pod.Status.NominatedNodeName;
        if (name.Length == 0 || candidates.FirstOrDefault(node => node.Name == name) is not { } nominated)
            return null;
        return Array.TrueForAll(filters, filter => filter.Run(nominated).IsYes) ? [nominated] : null;
    }
}
