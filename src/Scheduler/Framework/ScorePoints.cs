using ControlPlane.Scheduler.Cache;

namespace ControlPlane.Scheduler.Framework;

/// <summary>Says how well the pod would be placed on each of the nodes that fit. What <see cref="PreScore"/> returns, <see cref="Score"/> receives.</summary>
internal interface IScore<TState> : IScorePoint
    where TState : class
{
    /// <summary>Once a pod; null: this plugin has no preference for it.</summary>
    TState? PreScore(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes);

    /// <summary>Between 0 and 100 after <see cref="IScorePoint.Normalize"/>; any number before.</summary>
    long Score(TState state, PodInfo pod, NodeInfo node);

    NodeScorer? IScorePoint.Begin(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes) =>
        PreScore(pod, snapshot, nodes) is { } state ? new NodeScorer<TState>(this, state, pod) : null;
}

/// <summary>What all scores are to the framework.</summary>
internal interface IScorePoint : IPlugin
{
    /// <summary>Makes the scorer for one pod's cycle; null: no preference.</summary>
    NodeScorer? Begin(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes);

    /// <summary>Brings the scores of all nodes between 0 and 100.</summary>
    void Normalize(Span<long> scores)
    {
    }
}

/// <summary>One score for one pod's cycle; its state's type is hidden in it.</summary>
internal abstract class NodeScorer(IScorePoint plugin)
{
    public IScorePoint Plugin { get; } = plugin;

    public abstract long Run(NodeInfo node);
}

internal sealed class NodeScorer<TState>(IScore<TState> plugin, TState state, PodInfo pod) : NodeScorer(plugin)
    where TState : class
{
    public override long Run(NodeInfo node) => plugin.Score(state, pod, node);
}

/// <summary>The usual ways to bring scores between 0 and 100 (upstream: DefaultNormalizeScore).</summary>
internal static class Normalization
{
    public const long MaxScore = 100;

    /// <summary>The highest becomes 100.</summary>
    public static void MoreIsBetter(Span<long> scores)
    {
        var highest = Highest(scores);
        if (highest == 0)
            return;
        foreach (ref var score in scores)
            score = MaxScore * score / highest;
    }

    /// <summary>The highest becomes 0, and 0 becomes 100.</summary>
    public static void FewerIsBetter(Span<long> scores)
    {
        var highest = Highest(scores);
        foreach (ref var score in scores)
            score = highest == 0 ? MaxScore : MaxScore - (MaxScore * score / highest);
    }

    private static long Highest(Span<long> scores)
    {
        long highest = 0;
        foreach (var score in scores)
            highest = Math.Max(highest, score);
        return highest;
    }
}
