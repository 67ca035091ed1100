using System.Globalization;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>What a pod's sandbox is asked to be.</summary>
internal static class SandboxSpecs
{
    private const int HostnameMax = 63; // Linux: HOST_NAME_MAX is 64; upstream cuts at a DNS label's length

    /// <summary>The same for the same pod, whenever it is asked: containers are created with it beside them.</summary>
    public static SandboxSpec Of(Pod pod, NodeContext node, uint attempt) => new()
    {
        Identity = new SandboxIdentity(pod.Metadata.Name, pod.Metadata.Namespace, pod.Metadata.Uid, attempt),
        Hostname = pod.Spec.HostNetwork ? "" : HostnameOf(pod, node),
        LogDirectory = node.Directories.LogsOf(pod),
        Dns = node.IsSimulated ? null : PodDns.Of(pod, node),
        PortMappings = pod.Spec.HostNetwork ? [] : [.. pod.LastingContainers.SelectMany(static container => container.Ports).Where(static port => port.HostPort > 0).Select(ToMapping)],
        Labels = PodLabels.OfSandbox(pod),
        Annotations = new Dictionary<string, string>(pod.Metadata.Annotations),
        Sysctls = (pod.Spec.SecurityContext?.Sysctls ?? []).ToDictionary(static sysctl => sysctl.Name, static sysctl => sysctl.Value),
        Security = SecurityContexts.OfSandbox(pod),
    };

    /// <summary>The host name that the pod's containers see.</summary>
    public static string HostnameOf(Pod pod, NodeContext node)
    {
        var name = pod.Spec.HostnameOverride ?? (pod.Spec.Hostname.Length > 0 ? pod.Spec.Hostname : pod.Metadata.Name);
        if (pod.Spec.HostnameOverride is not null)
            return name;
        if (name.Length > HostnameMax)
            name = name[..HostnameMax].TrimEnd('-', '.');
        return pod.Spec.SetHostnameAsFQDN == true && DomainOf(pod, node) is { } domain ? $"{name}.{domain}" : name;
    }

    /// <summary>The domain that the pod's subdomain puts it in; null without one.</summary>
    public static string? DomainOf(Pod pod, NodeContext node) =>
        pod.Spec.Subdomain.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{pod.Spec.Subdomain}.{pod.Metadata.Namespace}.svc.{node.ClusterDomain}") : null;

    private static PortMapping ToMapping(ContainerPort port) => new(
        port.Protocol switch { "UDP" => PortProtocol.Udp, "SCTP" => PortProtocol.Sctp, _ => PortProtocol.Tcp },
        port.ContainerPort_,
        port.HostPort,
        port.HostIP);
}
