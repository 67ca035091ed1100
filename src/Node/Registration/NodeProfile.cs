using System.Net;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Pods;
using ControlPlane.Types.Core;
using CoreNode = ControlPlane.Types.Core.Node;

namespace ControlPlane.Node.Registration;

/// <summary>A node as it presents itself.</summary>
internal sealed record NodeProfile
{
    private const int PodsMax = 110; // kubelet: --max-pods

    /// <summary>Taken away by the cloud controller that knows the machine (cloud-provider: TaintExternalCloudProvider).</summary>
    public static Taint Uninitialized { get; } = new() { Key = "node.cloudprovider.kubernetes.io/uninitialized", Value = "true", Effect = "NoSchedule" };

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its addresses, the first one first.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>Where its HTTPS server listens; 0 for none.</summary>
    public int Port { get; init; }

    /// <summary>What it has.</summary>
    public required NodeCapacity Capacity { get; init; }

    /// <summary>Huge pages in bytes, of 1 Gi and of 2 Mi.</summary>
    public (long Gigabyte, long Megabytes) HugePages { get; init; }

    /// <summary>Its system.</summary>
    public required NodeSystemInfo System { get; init; }

    /// <summary>Labels beside the standard ones (kubelet: --node-labels).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints that it registers with (kubelet: --register-with-taints).</summary>
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    /// <summary>The node that is made where there is none.</summary>
    public CoreNode NewNode() => new()
    {
        Metadata = new ObjectMeta
        {
            Name = Name,
            Labels = StandardLabels().ToValueMap(),
            Annotations = ValueMap.Of("volumes.kubernetes.io/controller-managed-attach-detach", "true"),
        },
        Spec = new NodeSpec { Taints = Taints.ToValueList() },
    };

    /// <summary>The labels that every node has, and its own.</summary>
    public IReadOnlyDictionary<string, string> StandardLabels()
    {
        var labels = new Dictionary<string, string>(Labels)
        {
            ["kubernetes.io/hostname"] = Name,
            ["kubernetes.io/os"] = System.OperatingSystem,
            ["kubernetes.io/arch"] = System.Architecture,
            ["beta.kubernetes.io/os"] = System.OperatingSystem,
            ["beta.kubernetes.io/arch"] = System.Architecture,
        };
        return labels;
    }

    /// <summary>What it has, by the names of resources.</summary>
    public ValueMap<Quantity> Resources() => new Dictionary<string, Quantity>
    {
        ["cpu"] = new(Capacity.Processors),
        ["memory"] = Kibibytes(Capacity.MemoryBytes),
        ["pods"] = new(PodsMax),
        ["ephemeral-storage"] = Kibibytes(Capacity.StorageBytes),
        ["hugepages-1Gi"] = Quantity.FromBytes(HugePages.Gigabyte),
        ["hugepages-2Mi"] = Quantity.FromBytes(HugePages.Megabytes),
    }.ToValueMap();

    /// <summary>Its addresses as the API has them.</summary>
    public ValueList<NodeAddress> ApiAddresses() =>
    [
        .. Addresses.Select(static address => new NodeAddress { Type = "InternalIP", Address = address.ToString() }),
        new NodeAddress { Type = "Hostname", Address = Name },
    ];

    private static Quantity Kibibytes(long bytes) => Quantity.FromBytes(bytes / 1024 * 1024);
}
