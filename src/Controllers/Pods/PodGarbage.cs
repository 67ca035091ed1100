using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Pods;

/// <summary>Which pods nobody else will remove.</summary>
internal static class PodGarbage
{
    private const string OutOfService = "node.kubernetes.io/out-of-service";

    /// <summary>The ended pods beyond the number that may stay: evicted ones first, then the oldest.</summary>
    /// <param name="pods">All pods.</param>
    /// <param name="threshold">So many may stay; not positive for any number.</param>
    public static IEnumerable<Pod> Ended(IReadOnlyList<Pod> pods, int threshold)
    {
        if (threshold <= 0)
            return [];
        var ended = pods.Where(static pod => pod.HasEnded).ToList();
        return ended
            .OrderByDescending(static pod => pod.Status is { Phase: "Failed", Reason: "Evicted" })
            .ThenBy(static pod => pod.Metadata.CreationTimestamp)
            .ThenBy(static pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Take(Math.Max(0, ended.Count - threshold));
    }

    /// <summary>Those whose deletion has begun before they came to a node: no agent will end it.</summary>
    public static IEnumerable<Pod> UnscheduledTerminating(IReadOnlyList<Pod> pods) =>
        pods.Where(static pod => pod.Metadata.DeletionTimestamp is not null && pod.Spec.NodeName.Length == 0);

    /// <summary>Those whose deletion waits for a node that somebody has declared out of service.</summary>
    public static IEnumerable<Pod> OnNodesOutOfService(IReadOnlyList<Pod> pods, Func<string, Node?> nodeOf) =>
        pods.Where(pod => pod.Metadata.DeletionTimestamp is not null && pod.Spec.NodeName.Length > 0 && nodeOf(pod.Spec.NodeName) is { } node && IsOutOfService(node));

    /// <summary>The names of nodes that pods are on but that are not there.</summary>
    public static HashSet<string> MissingNodes(IReadOnlyList<Pod> pods, Func<string, Node?> nodeOf) => pods
        .Select(static pod => pod.Spec.NodeName)
        .Where(name => name.Length > 0 && nodeOf(name) is null)
        .ToHashSet(StringComparer.Ordinal);

    private static bool IsOutOfService(Node node) =>
        node.Spec.Taints.Any(static taint => taint.Key == OutOfService)
        && !node.Status.Conditions.Any(static condition => condition is { Type: "Ready", Status: "True" });
}
