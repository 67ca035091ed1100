using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What is allowed of a pod, and hardly meant, in upstream's order (api/pod: warnings.go).</summary>
internal static class PodWarnings
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    private const string NoPod = "a null labelSelector results in matching no pod";
    private const string SeccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
    private const string AppArmor = "container.apparmor.security.beta.kubernetes.io/";
    private const string SeccompGone = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

    private static readonly string[] InBytes = ["memory", "ephemeral-storage"];

    private static readonly (string Key, string Advice)[] DeprecatedAnnotations =
    [
        ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ];

    /// <summary>Of the pods that a template makes; only where it is new or has changed.</summary>
    /// <param name="path">The template's: "spec.template".</param>
    internal static IEnumerable<string> OfTemplate(PodTemplateSpec template, PodTemplateSpec? old, string path) =>
        template == old ? [] : Of(template.Spec, template.Metadata, path + ".", isOfTemplate: true);

    /// <summary>Of a pod.</summary>
    internal static IEnumerable<string> Of(Pod pod) => Of(pod.Spec, pod.Metadata, "", isOfTemplate: false);

    /// <summary>Of the name of something new, which becomes part of its pods' names.</summary>
    internal static IEnumerable<string> OfName(string name) => OfName(name, "Pod names and hostnames");

    /// <summary>Of a new pod's name.</summary>
    internal static IEnumerable<string> OfPodName(string name) => OfName(name, "the Pod's hostname");

    private static IEnumerable<string> OfName(string name, string use)
    {
        var complaints = string.Join(' ', Names.Label(name));
        if (complaints.Length > 0)
            yield return $"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS label is recommended: [{complaints}]";
    }

    private static IEnumerable<string> Of(PodSpec spec, ObjectMeta metadata, string owner, bool isOfTemplate)
    {
        var (path, annotations) = (owner + "spec", owner + "metadata.annotations");
        return Nodes(spec, path)
            .Concat(Spread(spec.TopologySpreadConstraints, path))
            .Concat(DeprecatedAnnotations.Where(one => metadata.Annotations.ContainsKey(one.Key)).Select(one => $"{annotations}[{one.Key}]: {one.Advice}"))
            .Concat(VolumeWarnings.Of(spec.Volumes, path + ".volumes"))
            .Concat(Repeated(spec.HostAliases, alias => alias.Ip, "ip", path + ".hostAliases"))
            .Concat(PullSecrets(spec.ImagePullSecrets, path + ".imagePullSecrets"))
            .Concat(Fractions(spec.Overhead, path + ".overhead"))
            .Concat(Profiles(spec, metadata, annotations))
            .Concat(spec.AllContainers(path).SelectMany(one => Container(one.Container, one.Path, spec, metadata, annotations, isOfTemplate)))
            .Concat(PortWarnings.Of(spec, path))
            .Concat(GracePeriod(spec, path))
            .Concat(Neighbours(spec.Affinity, path + ".affinity"))
            .Concat(Addresses(spec, path));
    }

    /// <summary>All containers of a pod with their places: init containers first, as upstream goes through them.</summary>
    internal static IEnumerable<(IContainer Container, string Path)> AllContainers(this PodSpec spec, string path)
    {
        for (var i = 0; i < spec.InitContainers.Count; i++)
            yield return (spec.InitContainers[i], At($"{path}.initContainers", i));
        for (var i = 0; i < spec.Containers.Count; i++)
            yield return (spec.Containers[i], At($"{path}.containers", i));
        for (var i = 0; i < spec.EphemeralContainers.Count; i++)
            yield return (spec.EphemeralContainers[i], At($"{path}.ephemeralContainers", i));
    }

    /// <summary>An item's place.</summary>
    internal static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    private static IEnumerable<string> Nodes(PodSpec spec, string path)
    {
        foreach (var key in spec.NodeSelector.Keys)
        {
            if (NodeLabelWarnings.Of(key) is { } advice)
                yield return $"{path}.nodeSelector[{key}]: {advice}";
        }

        var affinity = spec.Affinity?.NodeAffinity;
        var terms = affinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? default;
        for (var i = 0; i < terms.Count; i++)
        {
            foreach (var text in NodeLabelWarnings.Of(terms[i], At($"{path}.affinity.nodeAffinity.{Required}.nodeSelectorTerms", i)))
                yield return text;
        }

        var preferred = affinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default;
        for (var i = 0; i < preferred.Count; i++)
        {
            foreach (var text in NodeLabelWarnings.Of(preferred[i].Preference, At($"{path}.affinity.nodeAffinity.{Preferred}", i) + ".preference"))
                yield return text;
        }
    }

    private static IEnumerable<string> Spread(ValueList<TopologySpreadConstraint> constraints, string path)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            var place = At(path + ".topologySpreadConstraints", i);
            if (NodeLabelWarnings.Of(constraints[i].TopologyKey) is { } advice)
                yield return $"{place}.topologyKey: {constraints[i].TopologyKey} is {advice}";
            if (constraints[i].LabelSelector is null)
                yield return $"{place}.labelSelector: {NoPod}";
        }
    }

    private static IEnumerable<string> Repeated<T>(ValueList<T> items, Func<T, string> name, string field, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (!seen.Add(name(items[i])))
                yield return $"{At(path, i)}.{field}: duplicate {field} \"{name(items[i])}\"";
        }
    }

    private static IEnumerable<string> PullSecrets(ValueList<LocalObjectReference> secrets, string path)
    {
        foreach (var text in Repeated(secrets, secret => secret.Name, "name", path))
            yield return text;
        for (var i = 0; i < secrets.Count; i++)
        {
            if (secrets[i].Name.Length == 0)
                yield return $"{At(path, i)}.name: invalid empty name \"\"";
        }
    }

    private static IEnumerable<string> Profiles(PodSpec spec, ObjectMeta metadata, string annotations)
    {
        if (spec.SecurityContext?.SeccompProfile is null && metadata.Annotations.ContainsKey(SeccompOfPod))
            yield return $"{annotations}[{SeccompOfPod}]: {SeccompGone}";
    }

    private static IEnumerable<string> Container(IContainer container, string path, PodSpec spec, ObjectMeta metadata, string annotations, bool isOfTemplate)
    {
        if (container.SecurityContext?.SeccompProfile is null && metadata.Annotations.ContainsKey(SeccompOfContainer + container.Name))
            yield return $"{annotations}[{SeccompOfContainer}{container.Name}]: {SeccompGone}";
        var hasAppArmor = spec.SecurityContext?.AppArmorProfile is not null || container.SecurityContext?.AppArmorProfile is not null;
        if (isOfTemplate && !hasAppArmor && metadata.Annotations.ContainsKey(AppArmor + container.Name))
            yield return $"{annotations}[{AppArmor}{container.Name}]: deprecated since v1.30; use the \"appArmorProfile\" field instead";
        foreach (var name in InBytes)
        {
            if (Fraction(container.Resources.Limits, name) is { } limit)
                yield return $"{path}.resources.limits{limit}";
            if (Fraction(container.Resources.Requests, name) is { } request)
                yield return $"{path}.resources.requests{request}";
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < container.Env.Count; i++)
        {
            var variable = container.Env[i];
            if (!names.Add(variable.Name) && !Adds(variable))
                yield return $"{At(path + ".env", i)}: hides previous definition of \"{variable.Name}\", which may be dropped when using apply";
        }
    }

    // "$(X)123" adds to what X was; "$(X)" alone, or anything else, does away with it.
    private static bool Adds(EnvVar variable)
    {
        var reference = $"$({variable.Name})";
        return variable.ValueFrom is null && variable.Value != reference && variable.Value.Contains(reference, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Fractions(ValueMap<Quantity> quantities, string path)
    {
        foreach (var name in InBytes)
        {
            if (Fraction(quantities, name) is { } text)
                yield return path + text;
        }
    }

    // What follows the map's path; null where all is well.
    private static string? Fraction(ValueMap<Quantity> quantities, string name) => quantities.TryGetValue(name, out var quantity) && quantity.MilliValue % 1000 != 0
        ? $"[{name}]: fractional byte value \"{quantity}\" is invalid, must be an integer"
        : null;

    private static IEnumerable<string> Addresses(PodSpec spec, string path)
    {
        var servers = spec.DnsConfig?.Nameservers ?? default;
        var ofServers = servers.Select((server, i) => AddressWarnings.OfAddress(server, At(path + ".dnsConfig.nameservers", i)));
        var ofAliases = spec.HostAliases.Select((alias, i) => AddressWarnings.OfAddress(alias.Ip, At(path + ".hostAliases", i) + ".ip"));
        return ofServers.Concat(ofAliases).OfType<string>();
    }

    private static IEnumerable<string> GracePeriod(PodSpec spec, string path)
    {
        if (spec.TerminationGracePeriodSeconds < 0)
            yield return $"{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1";
    }

    private static IEnumerable<string> Neighbours(Affinity? affinity, string path)
    {
        var near = affinity?.PodAffinity;
        var far = affinity?.PodAntiAffinity;
        return Terms(near?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, path + ".podAffinity")
            .Concat(Terms(near?.PreferredDuringSchedulingIgnoredDuringExecution ?? default, path + ".podAffinity"))
            .Concat(Terms(far?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, path + ".podAntiAffinity"))
            .Concat(Terms(far?.PreferredDuringSchedulingIgnoredDuringExecution ?? default, path + ".podAntiAffinity"));
    }

    private static IEnumerable<string> Terms(ValueList<PodAffinityTerm> terms, string path)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].LabelSelector is null)
                yield return $"{At($"{path}.{Required}", i)}.labelSelector: {NoPod}";
        }
    }

    private static IEnumerable<string> Terms(ValueList<WeightedPodAffinityTerm> terms, string path)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].PodAffinityTerm.LabelSelector is null)
                yield return $"{At($"{path}.{Preferred}", i)}.podAffinityTerm.labelSelector: {NoPod}";
        }
    }
}
