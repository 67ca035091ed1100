using System.Net;
using System.Text;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>A pod's <c>/etc/hosts</c>.</summary>
internal static class HostsFile
{
    private const string Managed = "# Kubernetes-managed hosts file.\n";
    private const string ManagedOfHost = "# Kubernetes-managed hosts file (host network).\n";

    /// <summary>The file's text: the pod's own names, or the host's file with the host's network; then its hostAliases.</summary>
    public static string Render(Pod pod, NodeContext node, IReadOnlyList<IPAddress> addresses)
    {
        var text = new StringBuilder();
        if (pod.Spec.HostNetwork)
            text.Append(ManagedOfHost).Append(File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "");
        else
            AppendOwn(text, pod, node, addresses);
        if (!pod.Spec.HostAliases.IsEmpty)
            AppendAliases(text, pod);
        return text.ToString();
    }

    private static void AppendOwn(StringBuilder text, Pod pod, NodeContext node, IReadOnlyList<IPAddress> addresses)
    {
        text.Append(Managed);
        text.Append("127.0.0.1\tlocalhost\n");
        text.Append("::1\tlocalhost ip6-localhost ip6-loopback\n");
        text.Append("fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        var hostname = SandboxSpecs.HostnameOf(pod, node);
        var names = SandboxSpecs.DomainOf(pod, node) is { } domain ? $"{hostname}.{domain}\t{hostname}" : hostname;
        foreach (var address in addresses)
            text.Append(address).Append('\t').Append(names).Append('\n');
    }

    private static void AppendAliases(StringBuilder text, Pod pod)
    {
        text.Append("\n# Entries added by HostAliases.\n");
        foreach (var alias in pod.Spec.HostAliases)
            text.Append(alias.Ip).Append('\t').AppendJoin('\t', alias.Hostnames.AsEnumerable()).Append('\n');
    }
}
