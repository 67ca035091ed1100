using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Networking;

namespace ControlPlane.Resources.Networking;

/// <summary>Rules by which requests from outside reach services, by host and path.</summary>
internal sealed class Ingresses : ResourceDefinition<Ingress>
{
    private const int ShownHosts = 3; // upstream: pkg/printers, formatHosts

    /// <summary>How the class was said before there was a field for it.</summary>
    internal const string ClassAnnotation = "kubernetes.io/ingress.class";

    protected override void Declare(Declaration<Ingress> resource) => resource
        .WithStatus((ingress, other) => ingress with { Status = other.Status }, CheckStatus)
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("spec")
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("Class", ingress => ingress.Spec.IngressClassName ?? ingress.Metadata.Annotations.Find(ClassAnnotation) ?? CellTexts.None)
        .Column("Hosts", ingress => Hosts(ingress.Spec.Rules))
        .Column("Address", ingress => string.Join(",", ingress.Status.LoadBalancer.Ingress.Select(at => at.Ip.Length > 0 ? at.Ip : at.Hostname)))
        .Column("Ports", ingress => ingress.Spec.Tls.IsEmpty ? "80" : "80, 443")
        .AgeColumn();

    protected override void Validate(Ingress value, FieldErrors errors) => IngressChecks.Check(value, null, errors);

    protected override void ValidateUpdate(Ingress value, Ingress old, FieldErrors errors) => IngressChecks.Check(value, old, errors);

    protected override IEnumerable<string> Warnings(Ingress value, Ingress? old)
    {
        if (old is null && value.Metadata.Annotations.ContainsKey(ClassAnnotation))
            yield return $"annotation {FieldErrors.Quote(ClassAnnotation)} is deprecated, please use 'spec.ingressClassName' instead";
    }

    private static string Hosts(ValueList<IngressRule> rules)
    {
        var hosts = rules.Select(rule => rule.Host).Where(host => host.Length > 0).ToList();
        if (hosts.Count == 0)
            return "*";
        var shown = string.Join(",", hosts.Take(ShownHosts));
        return hosts.Count > ShownHosts ? FormattableString.Invariant($"{shown} + {hosts.Count - ShownHosts} more...") : shown;
    }

    private static void CheckStatus(Ingress value, Ingress old, FieldErrors errors)
    {
        var (ingress, at) = (value.Status.LoadBalancer.Ingress, errors.At("status").At("loadBalancer").At("ingress"));
        for (var i = 0; i < ingress.Count; i++)
        {
            if (ingress[i].Ip.Length > 0)
                at.At(i).At("ip").IpAddress(ingress[i].Ip);
            if (ingress[i].Hostname.Length == 0)
                continue;
            at.At(i).At("hostname").Complain(ingress[i].Hostname, Names.Subdomain(ingress[i].Hostname));
            if (NetworkChecks.ParseIp(ingress[i].Hostname) is not null)
                at.At(i).At("hostname").Invalid(ingress[i].Hostname, "must be a DNS name, not an IP address");
        }
    }
}
