using System.Collections.ObjectModel;

namespace ControlPlane.Node.Runtime;

/// <summary>What a sandbox is asked to be. Containers made in it are created with the same spec beside them.</summary>
internal sealed record SandboxSpec
{
    /// <summary>Whose it is.</summary>
    public required SandboxIdentity Identity { get; init; }

    /// <summary>The host name inside; empty with the host's network.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The directory on the host below which containers' log paths lie.</summary>
    public string LogDirectory { get; init; } = "";

    /// <summary>What resolv.conf says; null leaves the host's.</summary>
    public DnsConfig? Dns { get; init; }

    /// <summary>Ports of the host that lead into the sandbox.</summary>
    public IReadOnlyList<PortMapping> PortMappings { get; init; } = [];

    /// <summary>Kept by the runtime, and what filters select by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Kept by the runtime.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The pod's cgroup: a path for cgroupfs, a slice's name for systemd; empty lets the runtime choose.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>Kernel parameters of the sandbox's namespaces ("net.ipv4.ip_unprivileged_port_start").</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Namespaces, users and confinement of the sandbox's own process.</summary>
    public SecurityContext Security { get; init; } = new();

    /// <summary>The handler that the pod's RuntimeClass names; empty is the default one.</summary>
    public string RuntimeHandler { get; init; } = "";

    /// <summary>The RuntimeClass's overhead, for runtimes that size virtual machines by it.</summary>
    public ContainerResources? Overhead { get; init; }

    /// <summary>The sum of the containers' resources, likewise.</summary>
    public ContainerResources? Resources { get; init; }
}

/// <summary>Whose sandbox it is, and which attempt.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Uid">The pod's uid.</param>
/// <param name="Attempt">0 for the pod's first sandbox, one more for each that replaces it.</param>
internal sealed record SandboxIdentity(string Name, string Namespace, string Uid, uint Attempt);

/// <summary>The lines of resolv.conf.</summary>
internal sealed record DnsConfig(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options);

/// <summary>The protocols that ports have.</summary>
internal enum PortProtocol
{
    /// <summary>TCP, the default.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>SCTP.</summary>
    Sctp,
}

/// <summary>One port of the host that leads into the sandbox.</summary>
/// <param name="Protocol">Its protocol.</param>
/// <param name="ContainerPort">The port inside.</param>
/// <param name="HostPort">The port of the host.</param>
/// <param name="HostIP">The host's address to listen on; empty for all.</param>
internal sealed record PortMapping(PortProtocol Protocol, int ContainerPort, int HostPort, string HostIP = "");
