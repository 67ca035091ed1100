using System.Globalization;
using System.Net;
using System.Text;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>What a pod can be told about itself: the field paths of the downward API, and its containers' resources.</summary>
internal static class PodFields
{
    /// <summary>A field of the pod by its path.</summary>
    /// <exception cref="ContainerConfigException">There is no such field.</exception>
    public static string Read(PodContext context, string path)
    {
        var pod = context.Pod;
        return path switch
        {
            "metadata.name" => pod.Metadata.Name,
            "metadata.namespace" => pod.Metadata.Namespace,
            "metadata.uid" => pod.Metadata.Uid,
            "metadata.labels" => FormatMap(pod.Metadata.Labels),
            "metadata.annotations" => FormatMap(pod.Metadata.Annotations),
            "spec.nodeName" => pod.Spec.NodeName,
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName,
            "status.hostIP" => context.Node.Addresses[0].ToString(),
            "status.hostIPs" => string.Join(',', context.Node.Addresses),
            "status.podIP" => AddressesOf(context).FirstOrDefault()?.ToString() ?? "",
            "status.podIPs" => string.Join(',', AddressesOf(context)),
            _ => ReadEntry(pod, path),
        };
    }

    /// <summary>A container's limit or request, in units of the divisor, rounded up; the node's capacity where there is no limit.</summary>
    /// <exception cref="ContainerConfigException">There is no such container or resource.</exception>
    public static string Read(PodContext context, IContainer container, ResourceFieldSelector selector)
    {
        if (selector.ContainerName.Length > 0)
        {
            container = context.Pod.AllContainers.FirstOrDefault(other => other.Name == selector.ContainerName)
                ?? throw new ContainerConfigException($"container {selector.ContainerName} not found");
        }
        var dot = selector.Resource.IndexOf('.');
        var (kind, resource) = dot < 0 ? ("", "") : (selector.Resource[..dot], selector.Resource[(dot + 1)..]);
        var quantity = kind switch
        {
            "limits" => Find(container.Resources.Limits, resource) ?? CapacityOf(context.Node.Capacity, resource),
            "requests" => Find(container.Resources.Requests, resource) ?? Quantity.Zero,
            _ => throw new ContainerConfigException($"unsupported container resource : {selector.Resource}"),
        };
        return Divide(quantity, selector.Divisor, resource == "cpu").ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Lines <c>key="value"</c>, quoted as Go does (upstream: fieldpath.FormatMap).</summary>
    public static string FormatMap(ValueMap<string> map)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in map.AsSpan())
            text.Append(key).Append('=').Append(Quote(value)).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>The pod's addresses: its sandbox's, or the node's with the host's network.</summary>
    public static IReadOnlyList<IPAddress> AddressesOf(PodContext context) =>
        context.Pod.Spec.HostNetwork ? context.Node.Addresses : context.Runtime.Addresses;

    private static string ReadEntry(Pod pod, string path)
    {
        if (EntryOf(path, "metadata.labels") is { } label)
            return pod.Metadata.Labels.Find(label) ?? "";
        if (EntryOf(path, "metadata.annotations") is { } annotation)
            return pod.Metadata.Annotations.Find(annotation) ?? "";
        throw new ContainerConfigException($"unsupported fieldPath: {path}");
    }

    private static string? EntryOf(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    private static Quantity? Find(ValueMap<Quantity> resources, string name) => resources.TryGetValue(name, out var value) ? value : null;

    private static Quantity CapacityOf(NodeCapacity capacity, string resource) => resource switch
    {
        "cpu" => new Quantity(capacity.Processors),
        "memory" => Quantity.FromBytes(capacity.MemoryBytes),
        "ephemeral-storage" => Quantity.FromBytes(capacity.StorageBytes),
        _ => Quantity.Zero,
    };

    private static long Divide(Quantity quantity, Quantity divisor, bool inThousandths)
    {
        if (divisor.IsZero)
            divisor = new Quantity(1);
        var (value, unit) = inThousandths ? (quantity.MilliValue, divisor.MilliValue) : (quantity.Value, divisor.Value);
        return (long)Math.Ceiling((decimal)value / unit);
    }

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var character in value)
        {
            text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or '\u007f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => character.ToString(),
            });
        }
        return text.Append('"').ToString();
    }
}
