using System.Globalization;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What is allowed of a service, and does nothing or is on its way out (api/service: warnings.go).</summary>
internal static class ServiceWarnings
{
    private const string TopologyHints = "service.kubernetes.io/topology-aware-hints";

    internal static IEnumerable<string> Of(Service value)
    {
        var spec = value.Spec;
        if (value.Metadata.Annotations.ContainsKey(TopologyHints))
            yield return $"annotation {TopologyHints} is deprecated, please use service.kubernetes.io/topology-mode instead";
        foreach (var text in Addresses(spec.ClusterIPs, "spec.clusterIPs"))
            yield return text;
        if (value.IsHeadless)
        {
            foreach (var text in Headless(spec))
                yield return text;
        }

        foreach (var text in Addresses(spec.ExternalIPs, "spec.externalIPs"))
            yield return text;
        if (!spec.ExternalIPs.IsEmpty && !value.IsHeadless && spec.Type != "ExternalName")
            yield return "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        if (AddressWarnings.OfAddress(spec.LoadBalancerIP, "spec.loadBalancerIP") is { } advice)
            yield return advice;
        if (spec.Type == "ExternalName" && !spec.ExternalIPs.IsEmpty)
            yield return "spec.externalIPs is ignored when spec.type is \"ExternalName\"";
        if (spec.Type != "ExternalName" && spec.ExternalName.Length > 0)
            yield return "spec.externalName is ignored when spec.type is not \"ExternalName\"";
        if (spec.TrafficDistribution == "PreferClose")
            yield return "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
    }

    private static IEnumerable<string> Headless(ServiceSpec spec)
    {
        if (spec.LoadBalancerIP.Length > 0)
            yield return "spec.loadBalancerIP is ignored for headless services";
        if (!spec.ExternalIPs.IsEmpty)
            yield return "spec.externalIPs is ignored for headless services";
        if (spec.SessionAffinity != "None")
            yield return "spec.SessionAffinity is ignored for headless services";
    }

    private static IEnumerable<string> Addresses(Machinery.Values.ValueList<string> addresses, string path)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            if (AddressWarnings.OfAddress(addresses[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")) is { } advice)
                yield return advice;
        }
    }
}
