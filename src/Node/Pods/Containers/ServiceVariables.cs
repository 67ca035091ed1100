using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>The variables that tell a container of Services: <c>REDIS_SERVICE_HOST</c> and those of Docker's links.</summary>
internal static class ServiceVariables
{
    private const string MasterNamespace = "default";

    private static readonly string[] MasterServices = ["kubernetes"];

    /// <summary>Those of the pod's namespace if it wants them, and of the API server always.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(IReadOnlyList<Service> services, string @namespace, bool wantsAll)
    {
        var chosen = new SortedDictionary<string, Service>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var isMaster = service.Metadata.Namespace == MasterNamespace && MasterServices.Contains(service.Metadata.Name);
            var isOwn = wantsAll && service.Metadata.Namespace == @namespace;
            if (!HasAddress(service) || !(isMaster || isOwn))
                continue;
            if (isOwn)
                chosen[service.Metadata.Name] = service; // a namespace's own "kubernetes" hides the API server's
            else
                chosen.TryAdd(service.Metadata.Name, service);
        }
        return chosen.Values.SelectMany(Of);
    }

    private static bool HasAddress(Service service) => service.Spec.ClusterIP is { Length: > 0 } address && address != "None";

    private static IEnumerable<KeyValuePair<string, string>> Of(Service service)
    {
        var name = service.Metadata.Name.ToUpperInvariant().Replace('-', '_');
        var host = service.Spec.ClusterIP;
        if (service.Spec.Ports.IsEmpty)
            yield break;
        yield return new(name + "_SERVICE_HOST", host);
        yield return new(name + "_SERVICE_PORT", Text(service.Spec.Ports[0].Port));
        foreach (var port in service.Spec.Ports.Where(static port => port.Name.Length > 0))
            yield return new($"{name}_SERVICE_PORT_{port.Name.ToUpperInvariant().Replace('-', '_')}", Text(port.Port));
        foreach (var link in LinksOf(name, host, service.Spec.Ports))
            yield return link;
    }

    private static IEnumerable<KeyValuePair<string, string>> LinksOf(string name, string host, ValueList<ServicePort> ports)
    {
        for (var index = 0; index < ports.Count; index++)
        {
            var port = ports[index];
            var protocol = port.Protocol.Length > 0 ? port.Protocol : "TCP";
            var url = $"{protocol.ToLowerInvariant()}://{(host.Contains(':') ? $"[{host}]" : host)}:{Text(port.Port)}";
            var prefix = $"{name}_PORT_{Text(port.Port)}_{protocol}";
            if (index == 0)
                yield return new(name + "_PORT", url);
            yield return new(prefix, url);
            yield return new(prefix + "_PROTO", protocol.ToLowerInvariant());
            yield return new(prefix + "_PORT", Text(port.Port));
            yield return new(prefix + "_ADDR", host);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
