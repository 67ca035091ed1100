using System.Net;
using System.Net.Sockets;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;

namespace ControlPlane.Node.Network.Proxy;

/// <summary>Services and their EndpointSlices to what the node does with connections. Pure; the same objects give the same rules in the same order.</summary>
internal static class ServiceRules
{
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const int DefaultAffinitySeconds = 10800; // API default

    /// <summary>The rules of one address family, seen from one node.</summary>
    public static IReadOnlyList<ServiceRule> Of(IEnumerable<Service> services, IEnumerable<EndpointSlice> slices, string node, AddressFamily family)
    {
        var byService = slices.ToLookup(static slice => (slice.Metadata.Namespace, slice.Metadata.Labels.Find(ServiceLabel) ?? ""));
        return
        [
            .. services
                .Where(static service => service.Spec.Type != "ExternalName")
                .OrderBy(static service => service.Metadata.Namespace, StringComparer.Ordinal)
                .ThenBy(static service => service.Metadata.Name, StringComparer.Ordinal)
                .SelectMany(service => Of(service, [.. byService[(service.Metadata.Namespace, service.Metadata.Name)]], node, family)),
        ];
    }

    private static IEnumerable<ServiceRule> Of(Service service, List<EndpointSlice> slices, string node, AddressFamily family)
    {
        var addresses = AddressesOf(service, family);
        if (addresses.Count == 0)
            yield break;
        foreach (var port in service.Spec.Ports.AsEnumerable())
        {
            var all = EndpointsOf(slices, port, null, family);
            var own = EndpointsOf(slices, port, node, family);
            yield return new ServiceRule
            {
                Name = $"{service.Metadata.Namespace}/{service.Metadata.Name}{(port.Name.Length > 0 ? ":" + port.Name : "")}",
                Addresses = addresses,
                Protocol = port.Protocol.Length > 0 ? port.Protocol.ToLowerInvariant() : "tcp",
                Port = port.Port,
                NodePort = port.NodePort,
                Endpoints = service.Spec.InternalTrafficPolicy == "Local" ? own : all,
                NodePortEndpoints = service.Spec.ExternalTrafficPolicy == "Local" ? own : all,
                KeepsCallers = service.Spec.ExternalTrafficPolicy == "Local",
                AffinitySeconds = service.Spec.SessionAffinity == "ClientIP" ? service.Spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? DefaultAffinitySeconds : 0,
            };
        }
    }

    private static List<IPAddress> AddressesOf(Service service, AddressFamily family)
    {
        var clusterIPs = service.Spec.ClusterIPs.IsEmpty ? [service.Spec.ClusterIP] : service.Spec.ClusterIPs.AsEnumerable();
        var balancers = service.Status.LoadBalancer.Ingress.Where(static ingress => ingress.IpMode is null or "VIP").Select(static ingress => ingress.Ip);
        return [.. clusterIPs.Concat(service.Spec.ExternalIPs).Concat(balancers).Distinct().Select(Parse).OfType<IPAddress>().Where(address => address.AddressFamily == family)];
    }

    /// <summary>The ready ones, or where none is, those that still serve while they end (upstream: terminating endpoints).</summary>
    private static List<IPEndPoint> EndpointsOf(List<EndpointSlice> slices, ServicePort port, string? node, AddressFamily family)
    {
        var found = slices
            .Where(slice => slice.AddressType == (family == AddressFamily.InterNetwork ? "IPv4" : "IPv6"))
            .SelectMany(slice => slice.Ports
                .Where(one => (one.Name ?? "") == port.Name && (one.Protocol ?? "TCP") == (port.Protocol.Length > 0 ? port.Protocol : "TCP") && one.Port is not null)
                .SelectMany(one => slice.Endpoints.Where(endpoint => node is null || endpoint.NodeName == node).Select(endpoint => (endpoint, one.Port!.Value))))
            .ToList();
        var ready = found.Where(static one => one.endpoint.Conditions.Ready != false).ToList();
        if (ready.Count == 0)
            ready = [.. found.Where(static one => one.endpoint.Conditions is { Serving: true, Terminating: true })];
        return
        [
            .. ready.SelectMany(one => one.endpoint.Addresses.Take(1).Select(address => (Address: Parse(address), one.Value)))
                .Where(static one => one.Address is not null)
                .Select(static one => new IPEndPoint(one.Address!, one.Value))
                .DistinctBy(static endpoint => endpoint.ToString())
                .OrderBy(static endpoint => endpoint.ToString(), StringComparer.Ordinal),
        ];
    }

    private static IPAddress? Parse(string text) => IPAddress.TryParse(text, out var address) ? address : null;
}
