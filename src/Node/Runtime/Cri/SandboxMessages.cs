using System.Net;
using ControlPlane.Node.Runtime.Cri.Protocol;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Sandboxes to and from CRI's messages.</summary>
internal static class SandboxMessages
{
    /// <summary>What a sandbox is asked to be.</summary>
    public static PodSandboxConfig ToMessage(SandboxSpec spec)
    {
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata
            {
                Name = spec.Identity.Name,
                Namespace = spec.Identity.Namespace,
                Uid = spec.Identity.Uid,
                Attempt = spec.Identity.Attempt,
            },
            Hostname = spec.Hostname,
            LogDirectory = spec.LogDirectory,
            DnsConfig = spec.Dns is { } dns ? new DNSConfig { Servers = { dns.Servers }, Searches = { dns.Searches }, Options = { dns.Options } } : null,
            Linux = ToLinux(spec),
        };
        config.PortMappings.Add(spec.PortMappings.Select(ToMessage));
        CriValues.Copy(spec.Labels, config.Labels);
        CriValues.Copy(spec.Annotations, config.Annotations);
        return config;
    }

    /// <summary>Which sandboxes.</summary>
    public static PodSandboxFilter ToMessage(SandboxFilter filter)
    {
        var message = new PodSandboxFilter { Id = filter.Id?.Value ?? "" };
        if (filter.State is { } state)
            message.State = new PodSandboxStateValue { State = state == SandboxState.Ready ? PodSandboxState.SandboxReady : PodSandboxState.SandboxNotready };
        CriValues.Copy(filter.Labels, message.LabelSelector);
        return message;
    }

    /// <summary>A sandbox of a list.</summary>
    public static Sandbox FromMessage(PodSandbox sandbox) => new()
    {
        Id = new SandboxId(sandbox.Id),
        Identity = FromMessage(sandbox.Metadata),
        State = FromMessage(sandbox.State),
        CreatedAt = CriValues.Time(sandbox.CreatedAt),
        Labels = CriValues.Copy(sandbox.Labels),
        Annotations = CriValues.Copy(sandbox.Annotations),
        RuntimeHandler = sandbox.RuntimeHandler,
    };

    /// <summary>A sandbox in full.</summary>
    public static SandboxStatus FromMessage(PodSandboxStatus status) => new()
    {
        Id = new SandboxId(status.Id),
        Identity = FromMessage(status.Metadata),
        State = FromMessage(status.State),
        CreatedAt = CriValues.Time(status.CreatedAt),
        Labels = CriValues.Copy(status.Labels),
        Annotations = CriValues.Copy(status.Annotations),
        RuntimeHandler = status.RuntimeHandler,
        Addresses = Addresses(status.Network),
        Namespaces = SecurityMessages.FromMessage(status.Linux?.Namespaces?.Options),
    };

    /// <summary>Whose it is.</summary>
    public static SandboxIdentity FromMessage(PodSandboxMetadata metadata) => new(metadata.Name, metadata.Namespace, metadata.Uid, metadata.Attempt);

    private static SandboxState FromMessage(PodSandboxState state) => state == PodSandboxState.SandboxReady ? SandboxState.Ready : SandboxState.NotReady;

    private static Protocol.PortMapping ToMessage(PortMapping mapping) => new()
    {
        Protocol = (Protocol.Protocol)mapping.Protocol,
        ContainerPort = mapping.ContainerPort,
        HostPort = mapping.HostPort,
        HostIp = mapping.HostIP,
    };

    private static LinuxPodSandboxConfig ToLinux(SandboxSpec spec)
    {
        var linux = new LinuxPodSandboxConfig
        {
            CgroupParent = spec.CgroupParent,
            SecurityContext = SecurityMessages.ToSandbox(spec.Security),
            Overhead = spec.Overhead is { } overhead ? ResourceMessages.ToMessage(overhead) : null,
            Resources = spec.Resources is { } resources ? ResourceMessages.ToMessage(resources) : null,
        };
        CriValues.Copy(spec.Sysctls, linux.Sysctls);
        return linux;
    }

    private static IReadOnlyList<IPAddress> Addresses(PodSandboxNetworkStatus? network)
    {
        if (network is null || !IPAddress.TryParse(network.Ip, out var first))
            return [];
        return [first, .. network.AdditionalIps.Select(additional => IPAddress.Parse(additional.Ip))];
    }
}
