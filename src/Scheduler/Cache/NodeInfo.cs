using System.Collections.Immutable;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Cache;

/// <summary>A node with the pods that are or will be on it, and their sums. Immutable: a change makes another one, so that snapshots share them.</summary>
internal sealed class NodeInfo
{
    private NodeInfo(Node node, PodInfo[] pods, ResourceAmounts requested, ResourceAmounts nonZeroRequested, ImmutableArray<HostPort> usedPorts)
    {
        Node = node;
        Name = node.Metadata.Name;
        Pods = pods;
        (Requested, NonZeroRequested, UsedPorts) = (requested, nonZeroRequested, usedPorts);
    }

    private NodeInfo(NodeInfo before, PodInfo[] pods, ResourceAmounts requested, ResourceAmounts nonZeroRequested, ImmutableArray<HostPort> usedPorts)
        : this(before.Node, pods, requested, nonZeroRequested, usedPorts) =>
        (Allocatable, HardTaints, SoftTaints, Images) = (before.Allocatable, before.HardTaints, before.SoftTaints, before.Images);

    public Node Node { get; }

    public string Name { get; }

    public IReadOnlyList<PodInfo> Pods { get; }

    public ResourceAmounts Requested { get; }

    public ResourceAmounts NonZeroRequested { get; }

    public ImmutableArray<HostPort> UsedPorts { get; }

    public ResourceAmounts Allocatable { get; private init; } = ResourceAmounts.Zero;

    public ValueList<Taint> HardTaints { get; private init; }

    public ValueList<Taint> SoftTaints { get; private init; }

    /// <summary>Bytes of the images that the node has, by each of their names.</summary>
    public IReadOnlyDictionary<string, long> Images { get; private init; } = ImmutableDictionary<string, long>.Empty;

    public static NodeInfo Of(Node node, IReadOnlyList<PodInfo> pods) => new(
        node,
        [.. pods],
        pods.Aggregate(ResourceAmounts.Zero, static (sum, pod) => sum.Add(pod.Requests)),
        pods.Aggregate(ResourceAmounts.Zero, static (sum, pod) => sum.Add(pod.NonZeroRequests)),
        [.. pods.SelectMany(static pod => pod.HostPorts)])
    {
        Allocatable = ResourceAmounts.Of(node.Status.Allocatable),
        HardTaints = node.HardTaints,
        SoftTaints = node.SoftTaints,
        Images = ImagesOf(node),
    };

    public NodeInfo With(PodInfo pod) => new(
        this,
        [.. Pods, pod],
        Requested.Add(pod.Requests),
        NonZeroRequested.Add(pod.NonZeroRequests),
        pod.HostPorts.Count == 0 ? UsedPorts : UsedPorts.AddRange(pod.HostPorts));

    public NodeInfo Without(PodInfo pod)
    {
        var left = Pods.Where(other => other.Uid != pod.Uid).ToArray();
        if (left.Length == Pods.Count)
            return this;
        var ports = pod.HostPorts.Count == 0 ? UsedPorts : [.. left.SelectMany(static other => other.HostPorts)];
        return new(this, left, Requested.Subtract(pod.Requests), NonZeroRequested.Subtract(pod.NonZeroRequests), ports);
    }

    private static Dictionary<string, long> ImagesOf(Node node)
    {
        var images = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var image in node.Status.Images)
        {
            foreach (var name in image.Names)
                images[name] = image.SizeBytes;
        }
        return images;
    }
}
