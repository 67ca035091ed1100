using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>What a pod's resolv.conf says, by its dnsPolicy and dnsConfig.</summary>
internal static class PodDns
{
    private const string HostFile = "/etc/resolv.conf"; // kubelet: --resolv-conf
    private const int ServersMax = 3; // glibc: MAXNS

    /// <summary>The lines for the pod.</summary>
    public static DnsConfig Of(Pod pod, NodeContext node) => Of(pod, node, ReadHost());

    /// <summary>The lines for the pod on a host with these.</summary>
    internal static DnsConfig Of(Pod pod, NodeContext node, DnsConfig host)
    {
        var policy = pod.Spec.DnsPolicy.Length > 0 ? pod.Spec.DnsPolicy : "ClusterFirst";
        // With the host's network a pod has the host's DNS, unless it says so in so many words.
        var isClusterFirst = policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !pod.Spec.HostNetwork);
        var lines = policy == "None" ? new DnsConfig([], [], [])
            : isClusterFirst && node.ClusterDns is { } server ? OfCluster(pod, node, server.ToString(), host)
            : host;
        return pod.Spec.DnsConfig is { } own ? Merge(lines, own) : lines;
    }

    /// <summary>Reads a resolv.conf.</summary>
    internal static DnsConfig Parse(IEnumerable<string> lines)
    {
        var (servers, searches, options) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var line in lines)
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..]:
                    servers.Add(server);
                    break;
                case ["search", ..]:
                    searches = [.. words.Skip(1).Select(static domain => domain == "." ? domain : domain.TrimEnd('.'))];
                    break;
                case ["options", ..]:
                    options.AddRange(words.Skip(1));
                    break;
            }
        }
        return new DnsConfig(servers, searches, options);
    }

    private static DnsConfig OfCluster(Pod pod, NodeContext node, string server, DnsConfig host)
    {
        string[] searches = [$"{pod.Metadata.Namespace}.svc.{node.ClusterDomain}", $"svc.{node.ClusterDomain}", node.ClusterDomain];
        return new DnsConfig([server], [.. searches.Concat(host.Searches).Distinct()], ["ndots:5"]);
    }

    private static DnsConfig Merge(DnsConfig lines, PodDNSConfig own)
    {
        var options = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in lines.Options)
            options[option.Split(':')[0]] = option;
        foreach (var option in own.Options)
            options[option.Name] = string.IsNullOrEmpty(option.Value) ? option.Name : $"{option.Name}:{option.Value}";
        return new DnsConfig(
            [.. lines.Servers.Concat(own.Nameservers).Distinct().Take(ServersMax)],
            [.. lines.Searches.Concat(own.Searches).Distinct()],
            [.. options.Values]);
    }

    private static DnsConfig ReadHost() => File.Exists(HostFile) ? Parse(File.ReadLines(HostFile)) : new DnsConfig([], [], []);
}
