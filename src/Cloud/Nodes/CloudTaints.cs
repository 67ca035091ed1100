using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Nodes;

/// <summary>The taints by which a node's relation to its cloud is told.</summary>
internal static class CloudTaints
{
    /// <summary>Its node agent has registered it; the cloud has not yet said what it is.</summary>
    public const string Uninitialized = "node.cloudprovider.kubernetes.io/uninitialized";

    /// <summary>Its machine is switched off.</summary>
    public static Taint Shutdown { get; } = new() { Key = "node.cloudprovider.kubernetes.io/shutdown", Effect = "NoSchedule" };

    extension(Node node)
    {
        /// <summary>Does it wait to be initialized?</summary>
        public bool AwaitsCloud => Has(node, Uninitialized);

        /// <summary>Is it marked as switched off?</summary>
        public bool IsMarkedShutDown => Has(node, Shutdown.Key);

        /// <summary>The node without taints of that key.</summary>
        public Node WithoutTaint(string key) => WithTaints(node, node.Spec.Taints.RemoveAll(taint => taint.Key == key));

        /// <summary>The node with that taint, in place of any of its key and effect.</summary>
        public Node WithTaint(Taint taint) => WithTaints(
            node, node.Spec.Taints.RemoveAll(other => other.Key == taint.Key && other.Effect == taint.Effect).Add(taint));
    }

    private static bool Has(Node node, string key) => node.Spec.Taints.FindIndex(taint => taint.Key == key) >= 0;

    private static Node WithTaints(Node node, ValueList<Taint> taints) => node with { Spec = node.Spec with { Taints = taints } };
}
