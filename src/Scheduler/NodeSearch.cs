using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;

namespace ControlPlane.Scheduler;

/// <summary>Finds nodes that a pod fits: enough of them, not all, in large clusters. Each search begins where the last one ended, so that all nodes get their turn.</summary>
/// <param name="percentageOfNodes">How many are enough; 0: fewer the larger the cluster is.</param>
/// <param name="maxThreads">That look at once.</param>
internal sealed class NodeSearch(int percentageOfNodes, int maxThreads)
{
    private const int FewestNodes = 100; // upstream: minFeasibleNodesToFind
    private const int LeastPercentage = 5; // upstream: minFeasibleNodesPercentageToFind
    private const int NodesPerThread = 512; // fewer are done sooner by one thread than shared out
    private int _start;

    /// <summary>The nodes that all filters agree to; the others' verdicts go to the diagnosis.</summary>
    public List<NodeInfo> Find(NodeFilter[] filters, IReadOnlyList<NodeInfo> nodes, Diagnosis diagnosis)
    {
        var search = new Run(filters, nodes, _start % Math.Max(1, nodes.Count), Enough(nodes.Count));
        var threads = Math.Clamp(search.Wanted / NodesPerThread, 1, maxThreads);
        if (threads == 1)
            search.Work();
        else
            Parallel.For(0, threads, _ => search.Work());
        var fitting = search.Gather(diagnosis, out var looked);
        _start = nodes.Count == 0 ? 0 : (_start + looked) % nodes.Count;
        return fitting;
    }

    /// <summary>Upstream's numFeasibleNodesToFind.</summary>
    internal int Enough(int all)
    {
        if (all < FewestNodes)
            return all;
        var percentage = percentageOfNodes > 0 ? percentageOfNodes : Math.Max(LeastPercentage, 50 - (all / 125));
        return percentage >= 100 ? all : Math.Max(FewestNodes, (int)((long)all * percentage / 100));
    }

    /// <summary>One search: threads take nodes in turn until enough fit; the order of the outcome is that of the nodes, whatever the threads did.</summary>
    private sealed class Run(NodeFilter[] filters, IReadOnlyList<NodeInfo> nodes, int start, int wanted)
    {
        private readonly (NodeFilter? By, Verdict Verdict)[] _outcomes = new (NodeFilter?, Verdict)[nodes.Count];
        private int _next = -1;
        private int _fitting;

        public int Wanted => wanted;

        public void Work()
        {
            while (Volatile.Read(ref _fitting) < wanted)
            {
                var turn = Interlocked.Increment(ref _next);
                if (turn >= nodes.Count)
                    return;
                _outcomes[turn] = Judge(NodeAt(turn));
                if (_outcomes[turn].By is null)
                    Interlocked.Increment(ref _fitting);
            }
        }

        public List<NodeInfo> Gather(Diagnosis diagnosis, out int looked)
        {
            var fitting = new List<NodeInfo>(Math.Min(wanted, _fitting));
            looked = Math.Min(_next + 1, nodes.Count);
            for (var turn = 0; turn < looked; turn++)
            {
                var (by, verdict) = _outcomes[turn];
                if (by is not null)
                    diagnosis.Reject(by.Plugin.Name, NodeAt(turn), verdict);
                else if (fitting.Count < wanted)
                    fitting.Add(NodeAt(turn));
            }
            return fitting;
        }

        private NodeInfo NodeAt(int turn) => nodes[(start + turn) % nodes.Count];

        private (NodeFilter? By, Verdict Verdict) Judge(NodeInfo node)
        {
            foreach (var filter in filters)
            {
                var verdict = filter.Run(node);
                if (verdict.Kind == VerdictKind.Error)
                    throw new SchedulingException($"running \"{filter.Plugin.Name}\" filter plugin: {verdict.Reasons[0]}", verdict.Failure);
                if (!verdict.IsYes)
                    return (filter, verdict);
            }
            return (null, Verdict.Fits);
        }
    }
}

/// <summary>An attempt broke: it is made again after a back-off.</summary>
internal sealed class SchedulingException(string message, Exception? inner = null) : Exception(message, inner);
