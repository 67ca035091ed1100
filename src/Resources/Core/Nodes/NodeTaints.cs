using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Which pods a node keeps away.</summary>
public static class NodeTaints
{
    /// <summary>The taint of a cordoned node.</summary>
    public static Taint Unschedulable { get; } = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    extension(Node node)
    {
        /// <summary>Those that keep pods away which do not tolerate them.</summary>
        public ValueList<Taint> HardTaints => node.Spec.Taints.RemoveAll(static taint => taint.Effect is not ("NoSchedule" or "NoExecute"));

        /// <summary>Those that make a node less liked.</summary>
        public ValueList<Taint> SoftTaints => node.Spec.Taints.RemoveAll(static taint => taint.Effect != "PreferNoSchedule");
    }
}
