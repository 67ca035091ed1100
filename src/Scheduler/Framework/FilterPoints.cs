using ControlPlane.Scheduler.Cache;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Framework;

/// <summary>Says for one node whether the pod fits. Called for many nodes at once, from several threads.</summary>
internal interface IFilter : IFilterPoint
{
    /// <summary>Fits, or why not.</summary>
    Verdict Filter(PodInfo pod, NodeInfo node);

    NodeFilter IFilterPoint.Begin(PodInfo pod, Snapshot snapshot) => new StatelessFilter(this, pod);
}

/// <summary>A filter that computes something once a pod: what <see cref="PreFilter"/> returns, <see cref="Filter"/> receives.</summary>
internal interface IFilter<TState> : IFilterPoint
{
    /// <summary>Once a pod. May reject it for all nodes, skip the filter, or name the only nodes that come into question.</summary>
    PreFiltered<TState> PreFilter(PodInfo pod, Snapshot snapshot);

    /// <summary>Fits, or why not.</summary>
    Verdict Filter(TState state, PodInfo pod, NodeInfo node);

    NodeFilter IFilterPoint.Begin(PodInfo pod, Snapshot snapshot) => new StatefulFilter<TState>(this, pod, PreFilter(pod, snapshot));
}

/// <summary>What a filter found out before looking at nodes.</summary>
/// <param name="Verdict">Fits: go on; Skip: the filter is not needed; a rejection holds for all nodes.</param>
/// <param name="State">For <see cref="IFilter{TState}.Filter"/>.</param>
/// <param name="OnlyNodes">The nodes that come into question; null for all.</param>
internal readonly record struct PreFiltered<TState>(Verdict Verdict, TState State, IReadOnlySet<string>? OnlyNodes = null);

/// <summary>When no node fits: may make one fit (preemption), or say more about why not.</summary>
internal interface IPostFilter : IPlugin
{
    /// <summary>The node on which the pod will soon fit, or a sentence that is added to the reasons.</summary>
    Task<PostFiltered> PostFilterAsync(PodInfo pod, Snapshot snapshot, Diagnosis diagnosis, CancellationToken cancel);
}

/// <summary>What came of a post filter.</summary>
/// <param name="Nominated">Null: it helped nothing.</param>
/// <param name="Message">A sentence for the user, or "".</param>
internal readonly record struct PostFiltered(string? Nominated, string Message);

/// <summary>What both kinds of filters are to the framework.</summary>
internal interface IFilterPoint : IPlugin
{
    /// <summary>Makes the filter for one pod's cycle.</summary>
    NodeFilter Begin(PodInfo pod, Snapshot snapshot);
}

/// <summary>One filter for one pod's cycle; its state's type is hidden in it.</summary>
internal abstract class NodeFilter(IFilterPoint plugin)
{
    public IFilterPoint Plugin { get; } = plugin;

    /// <summary>The verdict before any node was looked at.</summary>
    public virtual Verdict Before => Verdict.Fits;

    public virtual IReadOnlySet<string>? OnlyNodes => null;

    public abstract Verdict Run(NodeInfo node);
}

internal sealed class StatelessFilter(IFilter plugin, PodInfo pod) : NodeFilter(plugin)
{
    public override Verdict Run(NodeInfo node) => plugin.Filter(pod, node);
}

internal sealed class StatefulFilter<TState>(IFilter<TState> plugin, PodInfo pod, PreFiltered<TState> found) : NodeFilter(plugin)
{
    public override Verdict Before => found.Verdict;

    public override IReadOnlySet<string>? OnlyNodes => found.OnlyNodes;

    public override Verdict Run(NodeInfo node) => plugin.Filter(found.State, pod, node);
}
