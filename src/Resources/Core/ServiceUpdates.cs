using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// What becomes of the fields of a service that the server gives when a client writes it without them: someone who sends what they once made keeps
/// what was allocated, and who changes the type alone loses what the new type has no use for (upstream: pkg/registry/core/service).
/// </summary>
internal static class ServiceUpdates
{
    /// <summary>Addresses and ports that were left out are the old ones.</summary>
    internal static Service WithWhatWasAllocated(Service value, Service old)
    {
        var spec = value.Spec;
        if (value.NeedsClusterIp && old.NeedsClusterIp)
        {
            if (spec.ClusterIP.Length == 0)
                spec = spec with { ClusterIP = old.Spec.ClusterIP };
            if (spec.ClusterIPs.IsEmpty && spec.ClusterIP == old.Spec.ClusterIP)
                spec = spec with { ClusterIPs = old.Spec.ClusterIPs };
        }

        if (value.NeedsNodePorts && old.NeedsNodePorts)
            spec = spec with { Ports = WithNodePorts(spec.Ports, old.Spec.Ports) };
        if (value.NeedsHealthCheckNodePort && old.NeedsHealthCheckNodePort && spec.HealthCheckNodePort == 0)
            spec = spec with { HealthCheckNodePort = old.Spec.HealthCheckNodePort };
        return value with { Spec = spec };
    }

    /// <summary>The one address and the list whose first item it is say the same, for those who know of one of them only.</summary>
    internal static Service WithSameAddresses(Service value, Service? old)
    {
        var spec = value.Spec;
        if (old is not null && !spec.ClusterIPs.IsEmpty && spec.ClusterIPs == old.Spec.ClusterIPs)
        {
            if (spec.ClusterIP.Length == 0 && old.Spec.ClusterIP.Length > 0)
                spec = spec with { ClusterIPs = default };
            else if (spec.ClusterIP != old.Spec.ClusterIP)
                spec = spec with { ClusterIPs = spec.ClusterIPs.SetItem(0, spec.ClusterIP) };
        }

        if (spec.ClusterIP.Length > 0 && spec.ClusterIPs.IsEmpty)
            spec = spec with { ClusterIPs = [spec.ClusterIP] };
        return value with { Spec = spec };
    }

    /// <summary>Fields that the old type used and the new one doesn't go, unless the client changed them, too.</summary>
    internal static Service WithoutWhatTheTypeLacks(Service value, Service old)
    {
        var spec = value.Spec;
        if (old.NeedsClusterIp && !value.NeedsClusterIp)
            spec = WithoutAddresses(spec, old.Spec);
        if (old.NeedsNodePorts && !value.NeedsNodePorts && HasNoNewNodePort(spec, old.Spec))
            spec = spec with { Ports = spec.Ports.Select(port => port with { NodePort = 0 }).ToValueList() };
        if (old.NeedsHealthCheckNodePort && !value.NeedsHealthCheckNodePort && spec.HealthCheckNodePort == old.Spec.HealthCheckNodePort)
            spec = spec with { HealthCheckNodePort = 0 };
        if (old.Spec.Type == "LoadBalancer" && value.Spec.Type != "LoadBalancer")
            spec = WithoutBalancer(spec, old.Spec);
        if (old.IsReachableFromOutside && !value.IsReachableFromOutside && spec.ExternalTrafficPolicy == old.Spec.ExternalTrafficPolicy)
            spec = spec with { ExternalTrafficPolicy = "" };
        return value with { Spec = spec };
    }

    private static ServiceSpec WithoutAddresses(ServiceSpec spec, ServiceSpec old)
    {
        if (spec.ClusterIP == old.ClusterIP && spec.ClusterIPs == old.ClusterIPs)
            spec = spec with { ClusterIP = "", ClusterIPs = default };
        if (spec.IpFamilies == old.IpFamilies)
            spec = spec with { IpFamilies = default };
        return spec.IpFamilyPolicy == old.IpFamilyPolicy ? spec with { IpFamilyPolicy = null } : spec;
    }

    private static ServiceSpec WithoutBalancer(ServiceSpec spec, ServiceSpec old)
    {
        if (spec.AllocateLoadBalancerNodePorts == old.AllocateLoadBalancerNodePorts)
            spec = spec with { AllocateLoadBalancerNodePorts = null };
        return spec.LoadBalancerClass == old.LoadBalancerClass ? spec with { LoadBalancerClass = null } : spec;
    }

    private static bool HasNoNewNodePort(ServiceSpec spec, ServiceSpec old) =>
        spec.Ports.All(port => port.NodePort == 0 || old.Ports.Any(known => known.NodePort == port.NodePort));

    // Ports are known by their names; of a port that stays, the number is not given to another.
    private static ValueList<ServicePort> WithNodePorts(ValueList<ServicePort> ports, ValueList<ServicePort> old)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var port in old)
            numbers[port.Name] = port.NodePort;
        var used = ports.Select(port => port.NodePort).Where(number => number != 0).Intersect(numbers.Values).ToHashSet();
        return ports.Select(port => port.NodePort == 0 && numbers.TryGetValue(port.Name, out var number) && used.Add(number)
            ? port with { NodePort = number }
            : port).ToValueList();
    }
}
