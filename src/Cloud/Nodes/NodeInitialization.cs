using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Nodes;

/// <summary>What a node is told of its machine, once.</summary>
internal static class NodeInitialization
{
    /// <summary>The node with provider id and labels, ready for pods.</summary>
    public static Node Apply(Node node, Instance instance) => (node with
    {
        Metadata = node.Metadata with { Labels = node.Metadata.Labels.WithAll(Labels(instance)) },
        Spec = node.Spec with { ProviderID = node.Spec.ProviderID.Length > 0 ? node.Spec.ProviderID : instance.ProviderId },
    }).WithoutTaint(CloudTaints.Uninitialized);

    // The beta names are what older workloads select by; upstream still sets both.
    private static IEnumerable<KeyValuePair<string, string>> Labels(Instance instance) => instance.Labels
        .Concat(Named(instance.Type, "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"))
        .Concat(Named(instance.Zone, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"))
        .Concat(Named(instance.Region, "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"));

    private static IEnumerable<KeyValuePair<string, string>> Named(string value, params string[] labels) =>
        value.Length == 0 ? [] : labels.Select(label => KeyValuePair.Create(label, value));
}
