using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>All that can be wrong with a service, in upstream's order.</summary>
internal static class ServiceChecks
{
    private const string SourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    private const string TopologyMode = "service.kubernetes.io/topology-mode";
    private const string TopologyHints = "service.kubernetes.io/topology-aware-hints";
    private const string ForBalancersOnly = "may only be used when `type` is 'LoadBalancer'";
    private const string NotOnceSet = "may not change once set";

    internal static void Check(Service service, FieldErrors errors)
    {
        var spec = errors.At("spec");
        // Upstream allocates before it checks, and allocation refuses these first and alone.
        if (!ServiceAddressChecks.Check(service, spec))
            return;
        CheckTopology(service.Metadata.Annotations, errors.At("metadata").At("annotations"));
        CheckType(service, spec);
        CheckPorts(service, spec.At("ports"));
        SelectorChecks.Labels(spec.At("selector"), service.Spec.Selector);
        CheckAffinity(service.Spec, spec);
        CheckExternalIps(service.Spec, spec.At("externalIPs"));
        spec.At("type").RequiredOneOf(service.Spec.Type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        CheckNodePorts(service.Spec, spec.At("ports"));
        CheckDuplicatePorts(service.Spec.Ports, spec.At("ports"));
        CheckSourceRanges(service, errors, spec);
        CheckBalancer(service.Spec, spec);
        CheckClass(service.Spec, spec.At("loadBalancerClass"));
        CheckTrafficPolicies(service, spec);
    }

    internal static void CheckUpdate(Service service, Service old, FieldErrors errors)
    {
        var spec = errors.At("spec");
        if (!ServiceAddressChecks.Check(service, spec))
            return;
        ServiceAddressChecks.CheckUpdate(service, old, spec);
        var className = service.Spec.LoadBalancerClass;
        if (service.Spec.Type == "LoadBalancer" && old.Spec.Type == "LoadBalancer" && className != old.Spec.LoadBalancerClass)
            spec.At("loadBalancerClass").Invalid(className, NotOnceSet);
        CheckClass(service.Spec, spec.At("loadBalancerClass"));
        if (service.NeedsHealthCheckNodePort && old.NeedsHealthCheckNodePort && service.Spec.HealthCheckNodePort != old.Spec.HealthCheckNodePort)
            spec.At("healthCheckNodePort").Forbidden("field is immutable");
        Check(service, errors);
    }

    internal static void CheckStatusUpdate(Service service, Service old, FieldErrors errors)
    {
        var ingress = service.Status.LoadBalancer.Ingress;
        var at = errors.At("status").At("loadBalancer").At("ingress");
        if (service.Spec.Type != "LoadBalancer" && !ingress.IsEmpty)
        {
            at.Forbidden("may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }

        for (var i = 0; i < ingress.Count; i++)
            CheckIngress(ingress[i], at.At(i));
    }

    // The annotation has an old name and a new one.
    private static void CheckTopology(ValueMap<string> annotations, FieldErrors at)
    {
        if (annotations.TryGetValue(TopologyMode, out var mode) && annotations.TryGetValue(TopologyHints, out var hints) && mode != hints)
            at.Key(TopologyMode).Invalid(mode, $"must match annotations[{TopologyHints}] when both are specified");
    }

    private static void CheckIngress(LoadBalancerIngress ingress, FieldErrors at)
    {
        if (ingress.Ip.Length > 0)
            at.At("ip").IpAddress(ingress.Ip);
        if (ingress is { Ip.Length: > 0, IpMode: null })
            at.At("ipMode").Required("must be specified when `ip` is set");
        else if (ingress is { Ip.Length: 0, IpMode: not null })
            at.At("ipMode").Forbidden("may not be specified when `ip` is not set");
        else if (ingress.IpMode is { } mode)
            at.At("ipMode").OneOf(mode, "Proxy", "VIP");
        if (ingress.Hostname.Length == 0)
            return;
        at.At("hostname").Complain(ingress.Hostname, Names.Subdomain(ingress.Hostname));
        if (NetworkChecks.ParseIp(ingress.Hostname) is not null)
            at.At("hostname").Invalid(ingress.Hostname, "must be a DNS name, not an IP address");
    }

    private static void CheckType(Service service, FieldErrors spec)
    {
        if (service.Spec.Ports.IsEmpty && !service.IsHeadless && service.Spec.Type != "ExternalName")
            spec.At("ports").Required();
        switch (service.Spec.Type)
        {
            case "LoadBalancer" or "NodePort":
                RequireAddress(service, spec);
                break;
            case "ExternalName":
                CheckExternalName(service.Spec, spec);
                break;
        }
    }

    private static void RequireAddress(Service service, FieldErrors spec)
    {
        if (service.IsHeadless)
            spec.At("clusterIPs", 0).Invalid(ServiceQuestions.NoAddress, $"may not be set to 'None' for {service.Spec.Type} services");
    }

    private static void CheckExternalName(ServiceSpec service, FieldErrors spec)
    {
        const string NotForNames = "may not be set for ExternalName services";
        if (!service.ClusterIPs.IsEmpty)
            spec.At("clusterIPs").Forbidden(NotForNames);
        if (!service.IpFamilies.IsEmpty)
            spec.At("ipFamilies").Forbidden(NotForNames);
        if (service.IpFamilyPolicy is not null)
            spec.At("ipFamilyPolicy").Forbidden(NotForNames);
        // A trailing dot says that the name is complete.
        var name = service.ExternalName.EndsWith('.') ? service.ExternalName[..^1] : service.ExternalName;
        if (name.Length == 0)
            spec.At("externalName").Required();
        else
            spec.At("externalName").Complain(name, Names.Subdomain(name));
    }

    private static void CheckPorts(Service service, FieldErrors at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ports = service.Spec.Ports;
        for (var i = 0; i < ports.Count; i++)
            CheckPort(ports[i], ports.Count > 1, names, at.At(i));
    }

    private static void CheckPort(ServicePort port, bool needsName, HashSet<string> names, FieldErrors at)
    {
        if (port.Name.Length > 0)
        {
            at.At("name").Complain(port.Name, Names.Label(port.Name));
            if (!names.Add(port.Name))
                at.At("name").Duplicate(port.Name);
        }
        else if (needsName)
            at.At("name").Required();

        at.At("port").PortNumber(port.Port);
        at.At("protocol").RequiredOneOf(port.Protocol, "SCTP", "TCP", "UDP");
        at.At("targetPort").PortNumberOrName(port.TargetPort);
        if (port.AppProtocol is { } protocol)
            at.At("appProtocol").Complain(protocol, Names.QualifiedName(protocol));
    }

    private static void CheckAffinity(ServiceSpec service, FieldErrors spec)
    {
        spec.At("sessionAffinity").RequiredOneOf(service.SessionAffinity, "ClientIP", "None");
        var at = spec.At("sessionAffinityConfig");
        if (service.SessionAffinity == "None" && service.SessionAffinityConfig is not null)
            at.Forbidden("must not be set when session affinity is None");
        if (service.SessionAffinity != "ClientIP")
            return;
        var client = at.At("clientIP");
        if (service.SessionAffinityConfig is null)
            at.Required("when session affinity type is ClientIP");
        else if (service.SessionAffinityConfig.ClientIP is null)
            client.Required("when session affinity type is ClientIP");
        else if (service.SessionAffinityConfig.ClientIP.TimeoutSeconds is not { } seconds)
            client.At("timeoutSeconds").Required("when session affinity type is ClientIP");
        else if (seconds is <= 0 or > 86400)
            client.At("timeoutSeconds").Invalid(seconds, "must be greater than 0 and less than 86400");
    }

    private static void CheckExternalIps(ServiceSpec service, FieldErrors at)
    {
        for (var i = 0; i < service.ExternalIPs.Count; i++)
        {
            if (at.At(i).IpAddress(service.ExternalIPs[i]))
                at.At(i).EndpointIp(service.ExternalIPs[i]);
        }
    }

    private static void CheckNodePorts(ServiceSpec service, FieldErrors at)
    {
        var seen = new HashSet<(string, int)>();
        for (var i = 0; i < service.Ports.Count; i++)
        {
            var port = service.Ports[i];
            if (port.NodePort == 0)
                continue;
            if (service.Type == "ClusterIP")
                at.At(i).At("nodePort").Forbidden("may not be used when `type` is 'ClusterIP'");
            if (!seen.Add((port.Protocol, port.NodePort)))
                at.At(i).At("nodePort").DuplicatePrinted(port.NodePort.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void CheckDuplicatePorts(ValueList<ServicePort> ports, FieldErrors at)
    {
        var seen = new HashSet<(string, int)>();
        for (var i = 0; i < ports.Count; i++)
        {
            if (!seen.Add((ports[i].Protocol, ports[i].Port)))
                at.At(i).DuplicatePrinted(InternalForm.Of(new ServicePort { Protocol = ports[i].Protocol, Port = ports[i].Port }, "ServicePort"));
        }
    }

    private static void CheckSourceRanges(Service service, FieldErrors errors, FieldErrors spec)
    {
        var ranges = service.Spec.LoadBalancerSourceRanges;
        var annotation = service.Metadata.Annotations.Find(SourceRangesAnnotation);
        if (ranges.IsEmpty && annotation is null)
            return;
        // The field's name begins with a capital letter in upstream's paths.
        var at = ranges.IsEmpty ? errors.At("metadata.annotations").Key(SourceRangesAnnotation) : spec.At("LoadBalancerSourceRanges");
        if (service.Spec.Type != "LoadBalancer")
            at.Forbidden(ForBalancersOnly);
        for (var i = 0; i < ranges.Count; i++)
            at.At(i).IpRange(ranges[i].Trim());
        if (!ranges.IsEmpty || string.IsNullOrWhiteSpace(annotation))
            return;
        foreach (var range in annotation.Split(','))
            at.IpRange(range.Trim());
    }

    private static void CheckBalancer(ServiceSpec service, FieldErrors spec)
    {
        if (service is { Type: "LoadBalancer", AllocateLoadBalancerNodePorts: null })
            spec.At("allocateLoadBalancerNodePorts").Required();
        else if (service.Type != "LoadBalancer" && service.AllocateLoadBalancerNodePorts is not null)
            spec.At("allocateLoadBalancerNodePorts").Forbidden(ForBalancersOnly);
    }

    private static void CheckClass(ServiceSpec service, FieldErrors at)
    {
        if (service.LoadBalancerClass is not { } name)
            return;
        if (service.Type == "LoadBalancer")
            at.Complain(name, Names.QualifiedName(name));
        else
            at.Forbidden(ForBalancersOnly);
    }

    private static void CheckTrafficPolicies(Service service, FieldErrors spec)
    {
        var external = spec.At("externalTrafficPolicy");
        if (service.IsReachableFromOutside)
            external.RequiredOneOf(service.Spec.ExternalTrafficPolicy, "Cluster", "Local");
        else if (service.Spec.ExternalTrafficPolicy.Length > 0)
            external.Invalid(service.Spec.ExternalTrafficPolicy, "may only be set for externally-accessible services");
        CheckHealthCheckPort(service, spec.At("healthCheckNodePort"));
        if (service.Spec.InternalTrafficPolicy is { } policy)
            spec.At("internalTrafficPolicy").OneOf(policy, "Cluster", "Local");
        else if (service.NeedsClusterIp)
            spec.At("internalTrafficPolicy").Required();
        if (service.Spec.TrafficDistribution is { } distribution)
            spec.At("trafficDistribution").OneOf(distribution, "PreferClose", "PreferSameZone", "PreferSameNode");
    }

    private static void CheckHealthCheckPort(Service service, FieldErrors at)
    {
        var port = service.Spec.HealthCheckNodePort;
        if (!service.NeedsHealthCheckNodePort)
        {
            if (port != 0)
                at.Invalid(port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
        else if (port == 0)
            at.Required();
        else
            at.PortNumber(port);
    }
}
