using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What one may ask of a service.</summary>
public static class ServiceQuestions
{
    /// <summary>What stands for the address of a service that has none.</summary>
    public const string NoAddress = "None";

    extension(Service service)
    {
        /// <summary>Has it no address of its own, by choice?</summary>
        public bool IsHeadless => service.Spec.ClusterIPs is [NoAddress] || service.Spec is { ClusterIPs.IsEmpty: true, ClusterIP: NoAddress };

        /// <summary>Does its type have an address in the cluster?</summary>
        public bool NeedsClusterIp => service.Spec.Type is "ClusterIP" or "NodePort" or "LoadBalancer";

        /// <summary>Does its type have a port on every node? A load balancer's service may go without.</summary>
        public bool NeedsNodePorts => service.Spec.Type == "NodePort" || (service.Spec.Type == "LoadBalancer" && service.Spec.AllocateLoadBalancerNodePorts is not false);

        /// <summary>Can it be reached from outside the cluster?</summary>
        public bool IsReachableFromOutside =>
            service.Spec.Type is "LoadBalancer" or "NodePort" || (service.Spec.Type == "ClusterIP" && !service.Spec.ExternalIPs.IsEmpty);

        /// <summary>Does a load balancer ask its nodes whether they have endpoints?</summary>
        public bool NeedsHealthCheckNodePort => service.Spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };
    }
}

/// <summary>Pods behind one stable name and address.</summary>
internal sealed class Services : ResourceDefinition<Service>
{
    private const int AffinitySeconds = 10800; // upstream: core.DefaultClientIPServiceAffinitySeconds

    protected override void Declare(Declaration<Service> resource) => resource
        .Names(Names.DnsLabel)
        .WithStatus((service, other) => service with { Status = other.Status }, ServiceChecks.CheckStatusUpdate)
        .ResetFields("status")
        .StatusResetFields("spec")
        .CreateOnUpdate()
        .NameColumn()
        .Column("Type", service => service.Spec.Type)
        .Column("Cluster-IP", service => service.Spec.ClusterIPs.IsEmpty ? CellTexts.None : service.Spec.ClusterIPs[0])
        .Column("External-IP", service => ExternalAddress(service))
        .Column("Port(s)", service => Ports(service.Spec.Ports))
        .AgeColumn()
        .Column("Selector", service => service.Spec.Selector.Joined(), wide: true)
        .Selectable("spec.clusterIP", service => service.Spec.ClusterIP)
        .Selectable("spec.type", service => service.Spec.Type);

    protected override Service Default(Service value)
    {
        var spec = value.Spec;
        if (spec.SessionAffinity.Length == 0)
            spec = spec with { SessionAffinity = "None" };
        if (spec.SessionAffinity == "None")
            spec = spec with { SessionAffinityConfig = null };
        if (spec.SessionAffinity == "ClientIP" && spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds is null)
            spec = spec with { SessionAffinityConfig = new() { ClientIP = new() { TimeoutSeconds = AffinitySeconds } } };
        if (spec.Type.Length == 0)
            spec = spec with { Type = "ClusterIP" };
        value = value with { Spec = spec with { Ports = spec.Ports.DefaultEach(WithDefaults) } };
        return WithPolicies(value);
    }

    protected override Service PrepareForCreate(Service value, WriteContext context) => ServiceUpdates.WithSameAddresses(value, null);

    protected override Service PrepareForUpdate(Service value, Service old, WriteContext context) => context.Subresource.Length > 0
        ? value
        : ServiceUpdates.WithoutWhatTheTypeLacks(ServiceUpdates.WithSameAddresses(ServiceUpdates.WithWhatWasAllocated(value, old), old), old);

    protected override void Validate(Service value, FieldErrors errors) => ServiceChecks.Check(value, errors);

    protected override void ValidateUpdate(Service value, Service old, FieldErrors errors) => ServiceChecks.CheckUpdate(value, old, errors);

    protected override IEnumerable<string> Warnings(Service value, Service? old) => ServiceWarnings.Of(value);

    private static ServicePort WithDefaults(ServicePort port)
    {
        if (port.Protocol.Length == 0)
            port = port with { Protocol = "TCP" };
        return port.TargetPort is { IsString: false, Number: 0 } or { IsString: true, Text: "" } ? port with { TargetPort = port.Port } : port;
    }

    private static Service WithPolicies(Service value)
    {
        var spec = value.Spec;
        if (value.IsReachableFromOutside && spec.ExternalTrafficPolicy.Length == 0)
            spec = spec with { ExternalTrafficPolicy = "Cluster" };
        if (value.NeedsClusterIp && spec.InternalTrafficPolicy is null)
            spec = spec with { InternalTrafficPolicy = "Cluster" };
        if (spec is { Type: "LoadBalancer", AllocateLoadBalancerNodePorts: null })
            spec = spec with { AllocateLoadBalancerNodePorts = true };
        if (spec.Type == "LoadBalancer")
            value = value with { Status = value.Status with { LoadBalancer = WithModes(value.Status.LoadBalancer) } };
        return value with { Spec = spec };
    }

    private static LoadBalancerStatus WithModes(LoadBalancerStatus status) => status with
    {
        Ingress = status.Ingress.Select(ingress => ingress is { Ip.Length: > 0, IpMode: null } ? ingress with { IpMode = "VIP" } : ingress).ToValueList(),
    };

    private static string ExternalAddress(Service service) => service.Spec.Type switch
    {
        "ClusterIP" or "NodePort" => CellTexts.OrNone(string.Join(",", service.Spec.ExternalIPs)),
        "LoadBalancer" => BalancedAddresses(service),
        "ExternalName" => service.Spec.ExternalName,
        _ => CellTexts.Unknown,
    };

    private static string BalancedAddresses(Service service)
    {
        var addresses = service.Status.LoadBalancer.Ingress
            .Select(ingress => ingress.Ip.Length > 0 ? ingress.Ip : ingress.Hostname)
            .Where(address => address.Length > 0)
            .Concat(service.Spec.ExternalIPs);
        var text = string.Join(",", addresses);
        return text.Length > 0 ? text : "<pending>";
    }

    private static string Ports(ValueList<ServicePort> ports) => CellTexts.OrNone(string.Join(",", ports.Select(port => port.NodePort > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{port.Port}:{port.NodePort}/{port.Protocol}")
        : string.Create(CultureInfo.InvariantCulture, $"{port.Port}/{port.Protocol}"))));
}
