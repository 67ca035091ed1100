using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Lifecycle;

/// <summary>The labels of former versions, which follow those of today (node_lifecycle_controller.go: labelReconcileInfo).</summary>
internal static class NodeLabels
{
    private static readonly (string Today, string Former)[] Names =
    [
        ("kubernetes.io/os", "beta.kubernetes.io/os"),
        ("kubernetes.io/arch", "beta.kubernetes.io/arch"),
    ];

    /// <summary>The node's labels with those of former versions.</summary>
    public static ValueMap<string> Of(Node node)
    {
        var labels = node.Metadata.Labels;
        foreach (var (today, former) in Names)
        {
            if (labels.TryGetValue(today, out var value) && labels.Find(former) != value)
                labels = labels.With(former, value);
        }
        return labels;
    }

    /// <summary>Is one of them missing, or another?</summary>
    public static bool AreMissing(Node node) => Of(node) != node.Metadata.Labels;
}
