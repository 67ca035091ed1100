using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>The taints that a node's state asks for. Those of others are left alone.</summary>
internal static class NodeTaintPlan
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";

    private const string NoSchedule = "NoSchedule";
    private const string NoExecute = "NoExecute";
    private const string Cordoned = "node.kubernetes.io/unschedulable";

    // node_lifecycle_controller.go: nodeConditionToTaintKeyStatusMap
    private static readonly (string Condition, string Status, string Key)[] ByCondition =
    [
        ("Ready", "False", NotReady),
        ("Ready", "Unknown", Unreachable),
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
    ];

    /// <summary>The node's taints with those of no schedule as its conditions have it; this very list where they are right.</summary>
    public static ValueList<Taint> WithConditions(Node node, Timestamp now)
    {
        var wanted = node.Status.Conditions
            .SelectMany(static condition => ByCondition.Where(rule => rule.Condition == condition.Type && rule.Status == condition.Status).Select(static rule => rule.Key))
            .Concat(node.Spec.Unschedulable ? [Cordoned] : [])
            .ToHashSet(StringComparer.Ordinal);
        var kept = node.Spec.Taints.RemoveAll(taint => taint.Effect == NoSchedule && IsOurs(taint.Key) && !wanted.Contains(taint.Key));
        wanted.ExceptWith(kept.Where(static taint => taint.Effect == NoSchedule).Select(static taint => taint.Key));
        return wanted.Count == 0 ? kept : kept.AddRange(wanted.Order(StringComparer.Ordinal).Select(key => new Taint { Key = key, Effect = NoSchedule, TimeAdded = now }));
    }

    /// <summary>The key of the taint by which pods are to leave a node in that state of readiness; null for none.</summary>
    public static string? EvictingKey(string readyStatus) => readyStatus switch
    {
        "False" => NotReady,
        "Unknown" => Unreachable,
        _ => null,
    };

    /// <summary>Does the node have one of the taints by which pods are to leave it?</summary>
    public static bool IsEvicting(ValueList<Taint> taints) => taints.Any(static taint => IsEvicting(taint));

    /// <summary>Has it the taint of that key, by which pods are to leave it?</summary>
    public static bool IsEvictingBy(ValueList<Taint> taints, string key) => taints.Any(taint => taint.Effect == NoExecute && taint.Key == key);

    /// <summary>The taints with that one by which pods are to leave, in place of the other; null for neither.</summary>
    public static ValueList<Taint> WithEviction(ValueList<Taint> taints, string? key, Timestamp now)
    {
        var kept = taints.RemoveAll(taint => IsEvicting(taint) && taint.Key != key);
        return key is null || IsEvictingBy(kept, key) ? kept : kept.Add(new Taint { Key = key, Effect = NoExecute, TimeAdded = now });
    }

    private static bool IsEvicting(Taint taint) => taint is { Effect: NoExecute, Key: NotReady or Unreachable };

    private static bool IsOurs(string key) => key == Cordoned || Array.Exists(ByCondition, rule => rule.Key == key);
}
