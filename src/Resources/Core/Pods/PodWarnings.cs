using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What is allowed of a pod, and hardly meant (api/pod: warnings.go).</summary>
internal static class PodWarnings
{
    private static readonly Dictionary<string, string> DeprecatedLabels = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    };

    /// <summary>Of the pods that a template makes; only where it is new or has changed.</summary>
    /// <param name="path">The template's: "spec.template".</param>
    internal static IEnumerable<string> OfTemplate(PodTemplateSpec template, PodTemplateSpec? old, string path) =>
        template == old ? [] : Of(template.Spec, path + ".spec");

    /// <summary>Of a pod.</summary>
    /// <param name="path">The spec's.</param>
    internal static IEnumerable<string> Of(PodSpec spec, string path)
    {
        foreach (var key in spec.NodeSelector.Keys)
        {
            if (DeprecatedLabels.TryGetValue(key, out var advice))
                yield return $"{path}.nodeSelector[{key}]: {advice}";
        }

        foreach (var text in PullSecrets(spec.ImagePullSecrets, path).Concat(Volumes(spec.Volumes)))
            yield return text;
        for (var i = 0; i < spec.InitContainers.Count; i++)
        {
            foreach (var text in Container(spec.InitContainers[i], At($"{path}.initContainers", i)))
                yield return text;
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            foreach (var text in Container(spec.Containers[i], At($"{path}.containers", i)))
                yield return text;
        }

        if (spec.TerminationGracePeriodSeconds < 0)
            yield return $"{path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1";
    }

    private static IEnumerable<string> PullSecrets(ValueList<LocalObjectReference> secrets, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < secrets.Count; i++)
        {
            var name = secrets[i].Name;
            if (name.Length == 0)
                yield return $"{At($"{path}.imagePullSecrets", i)}.name: invalid empty name \"\"";
            else if (!seen.Add(name))
                yield return $"{At($"{path}.imagePullSecrets", i)}.name: duplicate name \"{name}\"";
        }
    }

    private static IEnumerable<string> Volumes(ValueList<Volume> volumes)
    {
        foreach (var volume in volumes.AsEnumerable())
        {
            foreach (var text in VolumePaths.Overlaps(volume))
                yield return text;
            var isHollow = volume.Projected?.Sources.Any(source => source is
            {
                Secret: null, ConfigMap: null, DownwardAPI: null, ServiceAccountToken: null, ClusterTrustBundle: null, PodCertificate: null,
            });
            if (isHollow is true)
                yield return $"volume \"{volume.Name}\" (Projected) has no sources provided";
        }
    }

    private static IEnumerable<string> Container(Container container, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < container.Env.Count; i++)
        {
            var variable = container.Env[i];
            if (!names.Add(variable.Name) && !variable.Value.Contains($"$({variable.Name})", StringComparison.Ordinal))
                yield return $"{At(path + ".env", i)}: hides previous definition of \"{variable.Name}\", which may be dropped when using apply";
        }

        foreach (var (kind, quantities) in new[] { ("limits", container.Resources.Limits), ("requests", container.Resources.Requests) })
        {
            foreach (var (name, quantity) in quantities.AsEnumerable())
            {
                if (name is "memory" or "ephemeral-storage" && quantity.MilliValue % 1000 != 0)
                    yield return $"{path}.resources.{kind}[{name}]: fractional byte value \"{quantity}\" is invalid, must be an integer";
            }
        }

        foreach (var text in Ports(container.Ports, path + ".ports"))
            yield return text;
    }

    private static IEnumerable<string> Ports(ValueList<ContainerPort> ports, string path)
    {
        var seen = new Dictionary<(string, int, string), int>();
        for (var i = 0; i < ports.Count; i++)
        {
            var port = ports[i];
            if (port.HostIP.Length > 0 && port.HostPort == 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{At(path, i)}: hostIP set without hostPort: {{Name:{port.Name} HostPort:{port.HostPort} ContainerPort:{port.ContainerPort_} Protocol:{port.Protocol} HostIP:{port.HostIP}}}");
            }

            if (port.HostPort == 0 && !seen.TryAdd((port.Protocol, port.ContainerPort_, port.HostIP), i))
                yield return $"{At(path, i)}: duplicate port definition with {At(path, seen[(port.Protocol, port.ContainerPort_, port.HostIP)])}";
        }
    }

    private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
