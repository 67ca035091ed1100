namespace ControlPlane.Node.Network.Cni;

/// <summary>How the node's pods are put on its network.</summary>
internal sealed record CniOptions
{
    /// <summary>A network interface's name may have this many characters. Linux: IFNAMSIZ.</summary>
    public const int InterfaceNameMax = 15;

    /// <summary>The node's pod ranges: one, or an IPv4 and an IPv6 one.</summary>
    public required IReadOnlyList<System.Net.IPNetwork> PodRanges { get; init; }

    /// <summary>The bridge that the pods' interfaces are joined by.</summary>
    public string Bridge { get; init; } = "cni0";

    /// <summary>The network's name.</summary>
    public string Network { get; init; } = "controlplane";

    /// <summary>Where host-local keeps which addresses are given out.</summary>
    public string AddressDirectory { get; init; } = "/var/lib/cni/networks";

    /// <summary>The interfaces' MTU; null is the bridge's.</summary>
    public int? Mtu { get; init; }
}
