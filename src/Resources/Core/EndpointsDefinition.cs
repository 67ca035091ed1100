using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>The addresses behind a service, all in one object: what there was before endpoint slices.</summary>
internal sealed class EndpointsDefinition : ResourceDefinition<Endpoints>
{
    private const int ShownEndpoints = 3; // upstream: pkg/printers, formatEndpoints

    protected override void Declare(Declaration<Endpoints> resource) => resource
        .Deprecated("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
        .CreateOnUpdate()
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("Endpoints", endpoints => Summary(endpoints.Subsets))
        .AgeColumn();

    protected override Endpoints Default(Endpoints value) => value with { Subsets = value.Subsets.DefaultEach(WithDefaults) };

    protected override void Validate(Endpoints value, FieldErrors errors)
    {
        for (var i = 0; i < value.Subsets.Count; i++)
            CheckSubset(value.Subsets[i], errors.At("subsets", i));
    }

    private static EndpointSubset WithDefaults(EndpointSubset subset) => subset with
    {
        Ports = subset.Ports.DefaultEach(port => port.Protocol.Length == 0 ? port with { Protocol = "TCP" } : port),
    };

    private static void CheckSubset(EndpointSubset subset, FieldErrors at)
    {
        if (subset.Addresses.IsEmpty && subset.NotReadyAddresses.IsEmpty)
            at.Required("must specify `addresses` or `notReadyAddresses`");
        for (var i = 0; i < subset.Addresses.Count; i++)
            CheckAddress(subset.Addresses[i], at.At("addresses", i));
        for (var i = 0; i < subset.NotReadyAddresses.Count; i++)
            CheckAddress(subset.NotReadyAddresses[i], at.At("notReadyAddresses", i));
        for (var i = 0; i < subset.Ports.Count; i++)
            CheckPort(subset.Ports[i], subset.Ports.Count > 1, at.At("ports", i));
    }

    private static void CheckAddress(EndpointAddress address, FieldErrors at)
    {
        at.At("ip").IpAddress(address.Ip);
        if (address.Hostname.Length > 0)
            at.At("hostname").Complain(address.Hostname, Names.Label(address.Hostname));
        if (address.NodeName is { } node)
            at.At("nodeName").Complain(node, Names.Subdomain(node));
        at.At("ip").EndpointIp(address.Ip);
    }

    private static void CheckPort(EndpointPort port, bool needsName, FieldErrors at)
    {
        if (port.Name.Length > 0)
            at.At("name").Complain(port.Name, Names.Label(port.Name));
        else if (needsName)
            at.At("name").Required();
        at.At("port").PortNumber(port.Port);
        at.At("protocol").RequiredOneOf(port.Protocol, "SCTP", "TCP", "UDP");
        if (port.AppProtocol is { } protocol)
            at.At("appProtocol").Complain(protocol, Names.QualifiedName(protocol));
    }

    private static string Summary(ValueList<EndpointSubset> subsets)
    {
        var all = subsets.SelectMany(AddressesOf).ToList();
        var shown = string.Join(",", all.Take(ShownEndpoints));
        return all.Count > ShownEndpoints ? FormattableString.Invariant($"{shown} + {all.Count - ShownEndpoints} more...") : CellTexts.OrNone(shown);
    }

    private static IEnumerable<string> AddressesOf(EndpointSubset subset) => subset.Ports.IsEmpty
        ? subset.Addresses.Select(address => address.Ip)
        : subset.Ports.SelectMany(port => subset.Addresses.Select(address => HostAndPort(address.Ip, port.Port)));

    private static string HostAndPort(string host, int port) =>
        NetworkChecks.IsIpv6(host) ? FormattableString.Invariant($"[{host}]:{port}") : FormattableString.Invariant($"{host}:{port}");
}
