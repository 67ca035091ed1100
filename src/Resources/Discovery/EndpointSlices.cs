using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Discovery;

namespace ControlPlane.Resources.Discovery;

/// <summary>Some of the addresses behind a service, and the ports they listen on.</summary>
internal sealed class EndpointSlices : ResourceDefinition<EndpointSlice>
{
    private const int Shown = 3; // upstream: pkg/printers, formatDiscoveryPorts
    private const int MaxEndpoints = 1000; // upstream: pkg/apis/discovery/validation, maxEndpoints
    private const int MaxAddresses = 100; // upstream: maxAddresses
    private const int MaxPorts = 20000; // upstream: maxPorts
    private const int MaxHints = 8; // upstream: maxZoneHints, maxNodeHints

    protected override void Declare(Declaration<EndpointSlice> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithGeneration()
        .NameColumn()
        .Column("AddressType", slice => slice.AddressType)
        .Column("Ports", slice => Summary(slice.Ports.Select(Show)))
        .Column("Endpoints", slice => Summary(slice.Endpoints.SelectMany(endpoint => endpoint.Addresses)))
        .AgeColumn();

    // Lists without items are null, however they were sent.
    protected override EndpointSlice Default(EndpointSlice value) => value with
    {
        Endpoints = value.Endpoints.IsEmpty ? default : value.Endpoints,
        Ports = value.Ports.IsEmpty ? default : value.Ports.DefaultEach(port => port with { Name = port.Name ?? "", Protocol = port.Protocol ?? "TCP" }),
    };

    // The labels of an endpoint's place have fields of their own now; what is stored with them is let be while its endpoints are (discovery: dropTopologyOnV1).
    protected override EndpointSlice PrepareForCreate(EndpointSlice value, WriteContext context) => WithoutTopology(value);

    protected override EndpointSlice PrepareForUpdate(EndpointSlice value, EndpointSlice old, WriteContext context) =>
        value.Endpoints == old.Endpoints ? value : WithoutTopology(value);

    private static EndpointSlice WithoutTopology(EndpointSlice value) => value with
    {
        Endpoints = value.Endpoints.DefaultEach(endpoint => endpoint.DeprecatedTopology.IsEmpty ? endpoint : endpoint with { DeprecatedTopology = default }),
    };

    protected override void Validate(EndpointSlice value, FieldErrors errors)
    {
        errors.At("addressType").RequiredOneOf(value.AddressType, "FQDN", "IPv4", "IPv6");
        if (value.Endpoints.Count > MaxEndpoints)
            errors.At("endpoints").TooMany(value.Endpoints.Count, MaxEndpoints);
        for (var i = 0; i < value.Endpoints.Count; i++)
            CheckEndpoint(value.Endpoints[i], value.AddressType, errors.At("endpoints", i));
        if (value.Ports.Count > MaxPorts)
            errors.At("ports").TooMany(value.Ports.Count, MaxPorts);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < value.Ports.Count; i++)
            CheckPort(value.Ports[i], names, errors.At("ports", i));
    }

    protected override void ValidateUpdate(EndpointSlice value, EndpointSlice old, FieldErrors errors)
    {
        Validate(value, errors);
        errors.At("addressType").Immutable(value.AddressType, old.AddressType, FieldErrors.Quote);
    }

    private static void CheckEndpoint(Endpoint endpoint, string addressType, FieldErrors at)
    {
        if (endpoint.Addresses.IsEmpty)
            at.At("addresses").Required("must contain at least 1 address");
        else if (endpoint.Addresses.Count > MaxAddresses)
            at.At("addresses").TooMany(endpoint.Addresses.Count, MaxAddresses);
        for (var i = 0; i < endpoint.Addresses.Count; i++)
            CheckAddress(endpoint.Addresses[i], addressType, at.At("addresses", i));
        if (endpoint.NodeName is { } node)
            at.At("nodeName").Complain(node, Names.Subdomain(node));
        if (endpoint.Hostname is { } host)
            at.At("hostname").Complain(host, Names.Label(host));
        if (endpoint.Hints is { } hints)
            CheckHints(hints, at.At("hints"));
    }

    private static void CheckAddress(string address, string addressType, FieldErrors at)
    {
        switch (addressType)
        {
            case "IPv4" or "IPv6":
                if (!at.IpAddress(address))
                    return;
                if (NetworkChecks.IsIpv6(address) != (addressType == "IPv6"))
                    at.Invalid(address, $"must be an {addressType} address");
                at.EndpointIp(address);
                break;
            case "FQDN":
                at.Complain(address, Names.Subdomain(address));
                break;
        }
    }

    private static void CheckHints(EndpointHints hints, FieldErrors at)
    {
        if (hints.ForZones.Count > MaxHints)
            at.At("forZones").TooMany(hints.ForZones.Count, MaxHints);
        for (var i = 0; i < hints.ForZones.Count; i++)
        {
            var name = hints.ForZones[i].Name;
            if (hints.ForZones.FindIndex(zone => zone.Name == name) < i)
                at.At("forZones", i).At("name").Duplicate(name);
            at.At("forZones", i).At("name").Complain(name, Names.LabelValue(name));
        }

        if (hints.ForNodes.Count > MaxHints)
            at.At("forNodes").TooMany(hints.ForNodes.Count, MaxHints);
        for (var i = 0; i < hints.ForNodes.Count; i++)
        {
            var name = hints.ForNodes[i].Name;
            if (hints.ForNodes.FindIndex(node => node.Name == name) < i)
                at.At("forNodes", i).At("name").Duplicate(name);
            at.At("forNodes", i).At("name").Complain(name, Names.Subdomain(name));
        }
    }

    private static void CheckPort(EndpointPort port, HashSet<string> names, FieldErrors at)
    {
        if (port.Name is { Length: > 0 } name)
            at.At("name").Complain(name, Names.Label(name));
        if (!names.Add(port.Name ?? ""))
            at.At("name").Duplicate(port.Name ?? "");
        if (port.Protocol is { } protocol)
            at.At("protocol").OneOf(protocol, "SCTP", "TCP", "UDP");
        else
            at.At("protocol").Required();
        if (port.AppProtocol is { } application)
            at.At("appProtocol").Complain(application, Names.QualifiedName(application));
    }

    private static string Show(EndpointPort port) =>
        port.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? (port.Name is { Length: > 0 } name ? name : "*");

    private static string Summary(IEnumerable<string> items)
    {
        var all = items.ToList();
        var shown = string.Join(",", all.Take(Shown));
        if (all.Count > Shown)
            return FormattableString.Invariant($"{shown} + {all.Count - Shown} more...");
        return all.Count == 0 ? CellTexts.Unset : shown;
    }
}
