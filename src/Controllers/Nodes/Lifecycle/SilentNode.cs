using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>What is said of a node that is heard of no more.</summary>
internal static class SilentNode
{
    // NetworkUnavailable is not the node's own to report, so its silence says nothing about it.
    private static readonly string[] Reported = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    /// <summary>The conditions with all that the node reports unknown.</summary>
    public static ValueList<NodeCondition> ConditionsOf(Node node, Timestamp now)
    {
        var conditions = node.Status.Conditions;
        foreach (var type in Reported)
        {
            var at = conditions.FindIndex(condition => condition.Type == type);
            if (at < 0)
                conditions = conditions.Add(NeverReported(type, node, now));
            else if (conditions[at].Status != "Unknown")
                conditions = conditions.SetItem(at, Unknown(conditions[at], now));
        }
        return conditions;
    }

    private static NodeCondition NeverReported(string type, Node node, Timestamp now) => new()
    {
        Type = type,
        Status = "Unknown",
        Reason = "NodeStatusNeverUpdated",
        Message = "Kubelet never posted node status.",
        LastHeartbeatTime = node.Metadata.CreationTimestamp,
        LastTransitionTime = now,
    };

    private static NodeCondition Unknown(NodeCondition condition, Timestamp now) => condition with
    {
        Status = "Unknown",
        Reason = "NodeStatusUnknown",
        Message = "Kubelet stopped posting node status.",
        LastTransitionTime = now,
    };
}
