using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Ports of a pod that are in each other's way, whichever containers have them (api/pod: warnings.go).</summary>
internal static class PortWarnings
{
    internal static IEnumerable<string> Of(PodSpec spec, string path)
    {
        var known = new Dictionary<(int, string), List<(string Path, ContainerPort Port)>>();
        foreach (var (container, place) in spec.AllContainers(path))
        {
            for (var i = 0; i < container.Ports.Count; i++)
            {
                var (port, at) = (container.Ports[i], PodWarnings.At(place + ".ports", i));
                if (port.HostIP.Length > 0 && port.HostPort == 0)
                    yield return $"{at}: hostIP set without hostPort: {Printed(port)}";
                var key = (port.ContainerPort_, port.Protocol);
                if (!known.TryGetValue(key, out var others))
                    known.Add(key, others = []);
                foreach (var (other, definition) in others)
                {
                    if (Conflict(port, definition) is { } kind)
                        yield return $"{at}: {kind} port definition with {other}";
                }

                others.Add((at, port));
            }
        }
    }

    // A host's port of 0 means none: beside any other it says nothing. One address and all addresses may both be had, or not.
    private static string? Conflict(ContainerPort port, ContainerPort other) => port switch
    {
        _ when port.HostIP == other.HostIP && port.HostPort == other.HostPort => "duplicate",
        _ when port.HostPort == 0 || other.HostPort == 0 => "overlapping",
        _ when port.HostPort == other.HostPort && (port.HostIP.Length == 0) != (other.HostIP.Length == 0) => "dangerously ambiguous",
        _ => null,
    };

    private static string Printed(ContainerPort port) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{Name:{port.Name} HostPort:{port.HostPort} ContainerPort:{port.ContainerPort_} Protocol:{port.Protocol} HostIP:{port.HostIP}}}");
}
