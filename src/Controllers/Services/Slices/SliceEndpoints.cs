using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using EndpointPort = ControlPlane.Types.Discovery.EndpointPort;

namespace ControlPlane.Controllers.Services.Slices;

/// <summary>What makes an endpoint the same one, whatever its state: its addresses, names and target.</summary>
internal readonly record struct EndpointIdentity(string Addresses, string Hostname, string NodeName, string Namespace, string Name)
{
    public static EndpointIdentity Of(Endpoint endpoint) => new(
        string.Join(',', endpoint.Addresses.Order(StringComparer.Ordinal)),
        endpoint.Hostname ?? "",
        endpoint.NodeName ?? "",
        endpoint.TargetRef?.Namespace ?? "",
        endpoint.TargetRef?.Name ?? "");
}

/// <summary>How a pod appears in a slice.</summary>
internal static class SliceEndpoints
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>The families in which a service has slices: those it has itself; both where a headless one does not say.</summary>
    public static IReadOnlyList<string> FamiliesOf(Service service)
    {
        if (!service.Spec.IpFamilies.IsEmpty)
            return service.Spec.IpFamilies;
        return service.IsHeadless ? ["IPv4", "IPv6"] : [ServicePods.FamilyOf(service.Spec.ClusterIP)];
    }

    /// <summary>The pod's endpoint; without addresses where it has none of that family.</summary>
    public static Endpoint Of(Pod pod, Node? node, Service service, string family)
    {
        var serving = pod.HasReadyCondition;
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        // A terminating pod is not ready, even though it may still serve: who only knows "ready" must not send it anything new.
        var ready = service.Spec.PublishNotReadyAddresses || (serving && !terminating);
        var zone = node?.Metadata.Labels.Find(ZoneLabel) is { Length: > 0 } found ? found : null;
        return new Endpoint
        {
            Addresses = pod.AddressesOf(family),
            Conditions = new EndpointConditions { Ready = ready, Serving = serving, Terminating = terminating },
            Hostname = pod.HostnameIn(service),
            NodeName = pod.Spec.NodeName.Length > 0 ? pod.Spec.NodeName : null,
            Zone = zone,
            TargetRef = pod.ToTarget(),
            Hints = ready ? HintsOf(service.Spec.TrafficDistribution, zone, pod.Spec.NodeName) : null,
        };
    }

    /// <summary>The ports of a service as this pod has them: names resolve differently from pod to pod.</summary>
    public static ValueList<EndpointPort> PortsOf(Service service, Pod pod) => service.Spec.Ports
        .Select(port => (Port: port, Number: pod.PortFor(port)))
        .Where(static found => found.Number is not null)
        .Select(static found => new EndpointPort
        {
            Name = found.Port.Name,
            Protocol = found.Port.Protocol,
            Port = found.Number,
            AppProtocol = found.Port.AppProtocol,
        })
        .ToValueList();

    /// <summary>The same text for the same ports in any order.</summary>
    public static string KeyOf(ValueList<EndpointPort> ports) =>
        string.Join(';', ports.Select(static port => $"{port.Name}/{port.Protocol}/{port.Port}/{port.AppProtocol}").Order(StringComparer.Ordinal));

    // Service.spec.trafficDistribution: who consumes the endpoint should be near it.
    private static EndpointHints? HintsOf(string? distribution, string? zone, string node) => (distribution, zone) switch
    {
        ("PreferClose" or "PreferSameZone", not null) => new EndpointHints { ForZones = [new ForZone { Name = zone }] },
        ("PreferSameNode", _) when node.Length > 0 => new EndpointHints
        {
            ForZones = zone is null ? default : [new ForZone { Name = zone }],
            ForNodes = [new ForNode { Name = node }],
        },
        _ => null,
    };
}
