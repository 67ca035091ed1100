using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;
using ControlPlane.Types.Networking;

namespace ControlPlane.Resources.Networking;

/// <summary>All that can be wrong with an ingress, in upstream's order.</summary>
internal static class IngressChecks
{
    private static readonly string[] ForbiddenSequences = ["//", "/./", "/../", "%2f", "%2F"]; // upstream: invalidPathSequences
    private static readonly string[] ForbiddenEnds = ["/..", "/."]; // upstream: invalidPathSuffixes

    internal static void Check(Ingress ingress, Ingress? old, FieldErrors errors)
    {
        var (value, spec) = (ingress.Spec, errors.At("spec"));
        if (value.Rules.IsEmpty && value.DefaultBackend is null)
            spec.InvalidPrinted("null", "either `defaultBackend` or `rules` must be specified");
        if (value.DefaultBackend is { } backend)
            CheckBackend(backend, spec.At("defaultBackend"));
        for (var i = 0; i < value.Rules.Count; i++)
            CheckRule(value.Rules[i], spec.At("rules", i));
        for (var i = 0; i < value.Tls.Count; i++)
            CheckTls(value.Tls[i], spec.At("tls", i));
        if (value.IngressClassName is { } name)
            spec.At("ingressClassName").Complain(name, Names.Subdomain(name));
        if (old is null && value.IngressClassName is not null && ingress.Metadata.Annotations.Find(Ingresses.ClassAnnotation) is { } className)
            errors.At("annotations").At(Ingresses.ClassAnnotation).Invalid(className, "can not be set when the class field is also set");
    }

    private static void CheckTls(IngressTLS tls, FieldErrors at)
    {
        for (var i = 0; i < tls.Hosts.Count; i++)
            CheckHost(tls.Hosts[i], at.At("hosts", i));
        if (tls.SecretName.Length > 0)
            at.At("secretName").Complain(tls.SecretName, Names.Subdomain(tls.SecretName));
    }

    private static void CheckRule(IngressRule rule, FieldErrors at)
    {
        if (rule.Host.Length > 0)
        {
            if (NetworkChecks.ParseIp(rule.Host) is not null)
                at.At("host").Invalid(rule.Host, "must be a DNS name, not an IP address");
            CheckHost(rule.Host, at.At("host"));
        }

        if (rule.Http is not { } http)
            return;
        if (http.Paths.IsEmpty)
            at.At("http").At("paths").Required();
        for (var i = 0; i < http.Paths.Count; i++)
            CheckPath(http.Paths[i], at.At("http").At("paths", i));
    }

    private static void CheckHost(string host, FieldErrors at)
    {
        if (!host.Contains('*', StringComparison.Ordinal))
            at.Complain(host, Names.Subdomain(host));
        else if (!host.StartsWith("*.", StringComparison.Ordinal) || Names.Subdomain(host[2..]).Any())
            at.Invalid(host, "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
    }

    private static void CheckPath(HTTPIngressPath path, FieldErrors at)
    {
        switch (path.PathType)
        {
            case null:
                at.At("pathType").Required("pathType must be specified");
                return;
            case "Exact" or "Prefix":
                CheckAbsolute(path.Path, at.At("path"));
                break;
            case "ImplementationSpecific":
                if (path.Path.Length > 0 && path.Path[0] != '/')
                    at.At("path").Invalid(path.Path, "must be an absolute path");
                break;
            default:
                at.At("pathType").NotSupported(path.PathType, "Exact", "ImplementationSpecific", "Prefix");
                break;
        }

        CheckBackend(path.Backend, at.At("backend"));
    }

    private static void CheckAbsolute(string path, FieldErrors at)
    {
        if (!path.StartsWith('/'))
            at.Invalid(path, "must be an absolute path");
        foreach (var sequence in ForbiddenSequences.Where(sequence => path.Contains(sequence, StringComparison.Ordinal)))
            at.Invalid(path, $"must not contain '{sequence}'");
        foreach (var end in ForbiddenEnds.Where(end => path.EndsWith(end, StringComparison.Ordinal)))
            at.Invalid(path, $"cannot end with '{end}'");
    }

    private static void CheckBackend(IngressBackend backend, FieldErrors at)
    {
        switch (backend)
        {
            case { Resource: not null, Service: not null }:
                at.Invalid("", "cannot set both resource and service backends");
                break;
            case { Resource: { } resource }:
                CheckResource(resource, at.At("resource"));
                break;
            case { Service: { } service }:
                CheckService(service, at);
                break;
            default:
                at.Invalid("", "resource or service backend is required");
                break;
        }
    }

    private static void CheckResource(TypedLocalObjectReference resource, FieldErrors at)
    {
        if (resource.ApiGroup is { } group)
            at.At("apiGroup").Complain(group, Names.Subdomain(group));
        RequireSegment(resource.Kind, at.At("kind"));
        RequireSegment(resource.Name, at.At("name"));
    }

    private static void CheckService(IngressServiceBackend service, FieldErrors at)
    {
        var place = at.At("service");
        if (service.Name.Length == 0)
            place.At("name").Required();
        else
            place.At("name").Complain(service.Name, Names.Label(service.Name));
        switch (service.Port)
        {
            case { Name.Length: > 0, Number: not 0 }:
                at.Invalid("", "cannot set both port name & port number");
                break;
            case { Name: { Length: > 0 } name }:
                place.At("port").At("name").Complain(name, NetworkChecks.PortName(name));
                break;
            case { Number: var number and not 0 }:
                place.At("port").At("number").PortNumber(number);
                break;
            default:
                at.Required("port name or number is required");
                break;
        }
    }

    private static void RequireSegment(string value, FieldErrors at)
    {
        if (value.Length == 0)
            at.Required();
        else
            at.Complain(value, Names.PathSegment(value, false));
    }
}
