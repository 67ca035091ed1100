using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Names and addresses within a pod: DNS, /etc/hosts, ports of the node.</summary>
internal static class PodNetworkChecks
{
    private const int MaxNameservers = 3; // core/validation: MaxDNSNameservers
    private const int MaxSearchPaths = 32; // core/validation: MaxDNSSearchPaths
    private const int MaxSearchCharacters = 2048; // core/validation: MaxDNSSearchListChars

    /// <summary>On the node's network a port is the node's. Templates may leave it open: their pods get it.</summary>
    internal static void CheckHostNetwork(PodSpec spec, bool isOfPod, FieldErrors at)
    {
        if (!spec.HostNetwork)
            return;
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var ports = spec.Containers[i].Ports;
            for (var j = 0; j < ports.Count; j++)
            {
                if ((isOfPod || ports[j].HostPort != 0) && ports[j].HostPort != ports[j].ContainerPort_)
                    at.At("containers", i).At("ports", j).At("hostPort").Invalid(ports[j].HostPort, "must match `containerPort` when `hostNetwork` is true");
            }
        }
    }

    internal static void CheckDns(PodDNSConfig? config, string policy, FieldErrors at)
    {
        if (policy == "None" && config is null)
            at.Required("must provide `dnsConfig` when `dnsPolicy` is None");
        else if (policy == "None" && config!.Nameservers.IsEmpty)
            at.At("nameservers").Required("must provide at least one DNS nameserver when `dnsPolicy` is None");
        else if (config is not null)
            CheckDns(config, at);
    }

    internal static void CheckHostAliases(ValueList<HostAlias> aliases, FieldErrors at)
    {
        for (var i = 0; i < aliases.Count; i++)
        {
            at.At(i).At("ip").IpAddress(aliases[i].Ip);
            for (var j = 0; j < aliases[i].Hostnames.Count; j++)
                at.At(i).At("hostnames", j).Complain(aliases[i].Hostnames[j], Names.Subdomain(aliases[i].Hostnames[j]));
        }
    }

    private static void CheckDns(PodDNSConfig config, FieldErrors at)
    {
        if (config.Nameservers.Count > MaxNameservers)
            at.At("nameservers").InvalidPrinted(Printed(config.Nameservers), FormattableString.Invariant($"must not have more than {MaxNameservers} nameservers"));
        for (var i = 0; i < config.Nameservers.Count; i++)
            at.At("nameservers", i).IpAddress(config.Nameservers[i]);
        if (config.Searches.Count > MaxSearchPaths)
            at.At("searches").InvalidPrinted(Printed(config.Searches), FormattableString.Invariant($"must not have more than {MaxSearchPaths} search paths"));
        if (string.Join(' ', config.Searches).Length > MaxSearchCharacters)
        {
            at.At("searches").InvalidPrinted(
                Printed(config.Searches),
                FormattableString.Invariant($"must not have more than {MaxSearchCharacters} characters (including spaces) in the search list"));
        }

        for (var i = 0; i < config.Searches.Count; i++)
            CheckSearch(config.Searches[i], at.At("searches", i));
        for (var i = 0; i < config.Options.Count; i++)
        {
            if (config.Options[i].Name.Length == 0)
                at.At("options", i).Required("must not be empty");
        }
    }

    private static void CheckSearch(string search, FieldErrors at)
    {
        if (search == ".")
            return;
        var name = search.EndsWith('.') ? search[..^1] : search;
        at.Complain(name, Names.UnderscoredSubdomain(name));
    }

    private static string Printed(ValueList<string> texts) => $"[{string.Join(",", texts.Select(FieldErrors.Quote))}]";
}
