using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Node.Network.Proxy;

/// <summary>What a ruleset depends on besides the Services.</summary>
/// <param name="Family">The address family that it is for.</param>
/// <param name="ClusterPods">The range of all nodes' pods: what comes from elsewhere is masqueraded; null where it isn't known, then nothing is.</param>
/// <param name="NodePods">This node's pods, if bridged packets between them don't pass the kernel's filters: their answers would not come back the way they went.</param>
internal sealed record NftOptions(AddressFamily Family, IPNetwork? ClusterPods, IPNetwork? NodePods);

/// <summary>
/// Services as one nftables table. A packet's way:
/// <code>
/// prerouting, output -> services -> (address . protocol . port) in the map -> chain of the Service's port -> chain of one of its endpoints -> dnat
/// postrouting        -> marked -> masquerade
/// forward, output    -> (address . protocol . port) of a Service without endpoints -> reject
/// </code>
/// However many Services there are, finding one's chain is one look into a map. The table is replaced as a whole, in one transaction: no packet ever sees a half.
/// </summary>
internal static class NftRuleset
{
    /// <summary>The table's name, in both families.</summary>
    public const string Table = "controlplane";

    private const string Mark = "0x4000"; // kube-proxy: --iptables-masquerade-bit 14; network plugins know it

    /// <summary>The script for <c>nft -f</c>.</summary>
    public static string Render(IReadOnlyList<ServiceRule> rules, NftOptions options)
    {
        var writer = new NftWriter(options.Family);
        writer.Begin(Table);
        var withEndpoints = rules.Where(static rule => rule.Endpoints.Count > 0).ToList();
        var nodePorts = rules.Where(static rule => rule is { NodePort: > 0, NodePortEndpoints.Count: > 0 }).ToList();
        writer.Map("service_addresses", withEndpoints.SelectMany(rule => rule.Addresses.Select(address => $"{address} . {rule.Protocol} . {rule.Port} : goto {Chain(rule, "svc")}")));
        writer.PortMap("service_ports", nodePorts.Select(rule => $"{rule.Protocol} . {rule.NodePort} : goto {Chain(rule, "ext")}"));
        writer.Set("without_endpoints", rules.Where(static rule => rule.Endpoints.Count == 0).SelectMany(rule => rule.Addresses.Select(address => $"{address} . {rule.Protocol} . {rule.Port}")));
        foreach (var rule in rules)
            WriteRule(writer, rule, options);
        WriteHooks(writer, options.Family);
        return writer.End();
    }

    private static void WriteRule(NftWriter writer, ServiceRule rule, NftOptions options)
    {
        foreach (var endpoint in rule.Endpoints.Concat(rule.NodePortEndpoints).DistinctBy(static endpoint => endpoint.ToString()))
            WriteEndpoint(writer, rule, endpoint, options);
        if (rule.Endpoints.Count > 0)
        {
            var fromOutside = options.ClusterPods is { } pods ? $"{writer.Ip} saddr != {pods} meta mark set meta mark or {Mark}" : null;
            writer.Chain(Chain(rule, "svc"), rule.Name, [fromOutside, .. Choose(writer, rule, rule.Endpoints)]);
        }
        if (rule is { NodePort: > 0, NodePortEndpoints.Count: > 0 })
            writer.Chain(Chain(rule, "ext"), rule.Name, [rule.KeepsCallers ? null : $"meta mark set meta mark or {Mark}", .. Choose(writer, rule, rule.NodePortEndpoints)]);
    }

    private static void WriteEndpoint(NftWriter writer, ServiceRule rule, IPEndPoint endpoint, NftOptions options)
    {
        var name = Chain(rule, "ep", endpoint);
        if (rule.AffinitySeconds > 0)
            writer.AffinitySet("af" + name, rule.AffinitySeconds);
        writer.Chain(name, $"{rule.Name} {endpoint}",
        [
            rule.AffinitySeconds > 0 ? $"update @af{name} {{ {writer.Ip} saddr }}" : null,
            // A pod that reaches itself must not see itself as the caller: it would answer itself at once.
            $"{writer.Ip} saddr {endpoint.Address} meta mark set meta mark or {Mark}",
            options.NodePods is { } pods && pods.Contains(endpoint.Address) ? $"{writer.Ip} saddr {pods} meta mark set meta mark or {Mark}" : null,
            $"meta l4proto {rule.Protocol} dnat to {endpoint}",
        ]);
    }

    /// <summary>Back to the endpoint that the caller had before, else to any.</summary>
    private static IEnumerable<string> Choose(NftWriter writer, ServiceRule rule, IReadOnlyList<IPEndPoint> endpoints)
    {
        if (rule.AffinitySeconds > 0)
        {
            foreach (var endpoint in endpoints)
                yield return $"{writer.Ip} saddr @af{Chain(rule, "ep", endpoint)} goto {Chain(rule, "ep", endpoint)}";
        }
        var choices = endpoints.Select((endpoint, index) => $"{index} : goto {Chain(rule, "ep", endpoint)}");
        yield return $"numgen random mod {endpoints.Count} vmap {{ {string.Join(", ", choices)} }}";
    }

    private static void WriteHooks(NftWriter writer, AddressFamily family)
    {
        var loopback = family == AddressFamily.InterNetwork ? "127.0.0.0/8" : "::1";
        writer.Chain("services", "", [$"{writer.Ip} daddr . meta l4proto . th dport vmap @service_addresses", $"fib daddr type local {writer.Ip} daddr != {loopback} meta l4proto . th dport vmap @service_ports"]);
        writer.Chain("prerouting", "", ["type nat hook prerouting priority dstnat; policy accept;", "jump services"]);
        writer.Chain("output", "", ["type nat hook output priority -100; policy accept;", "jump services"]);
        // Only this mark's bit: others use the rest. It is taken off, lest a tunnel's outer packet be masqueraded as well.
        writer.Chain("postrouting", "", ["type nat hook postrouting priority srcnat; policy accept;", $"meta mark and {Mark} == {Mark} meta mark set meta mark xor {Mark} masquerade fully-random"]);
        var reject = $"{writer.Ip} daddr . meta l4proto . th dport @without_endpoints reject";
        writer.Chain("refuse_forwarded", "", ["type filter hook forward priority filter; policy accept;", reject]);
        writer.Chain("refuse_own", "", ["type filter hook output priority filter; policy accept;", reject]);
    }

    /// <summary>Names of chains are short and of few characters: a hash stands for the rest.</summary>
    private static string Chain(ServiceRule rule, string kind, IPEndPoint? endpoint = null)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{rule.Name}/{rule.Protocol}/{rule.Port}/{endpoint}");
        return $"{kind}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}";
    }
}
