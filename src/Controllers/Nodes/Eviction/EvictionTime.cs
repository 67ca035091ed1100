using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Eviction;

/// <summary>How long a pod may stay on a node with those taints.</summary>
internal static class EvictionTime
{
    /// <summary>Zero for not at all; null for as long as it likes.</summary>
    /// <param name="tolerations">The pod's.</param>
    /// <param name="taints">Those of the node that drive pods away (NoExecute).</param>
    public static TimeSpan? Of(ValueList<Toleration> tolerations, ValueList<Taint> taints)
    {
        TimeSpan? shortest = null;
        foreach (var taint in taints)
        {
            // The first that matches counts, as upstream has it (GetMatchingTolerations).
            if (tolerations.FirstOrDefault(toleration => toleration.Matches(taint)) is not { } used)
                return TimeSpan.Zero;
            if (used.TolerationSeconds is { } seconds && (shortest is not { } sofar || seconds < sofar.TotalSeconds))
                shortest = TimeSpan.FromSeconds(Math.Max(0, seconds));
        }
        return shortest;
    }
}
