using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Services;

/// <summary>
/// The content of an Endpoints object in its canonical form: addresses with exactly the same ports, in the same states, share a subset; addresses, ports and
/// subsets are sorted, so that the same pods always give the same object.
/// </summary>
internal static class EndpointSubsets
{
    /// <summary>Addresses an object may have; what is beyond is in the slices only (endpoints_controller.go: maxCapacity).</summary>
    public const int MaxAddresses = 1000;

    /// <summary>Where the service's pods answer.</summary>
    public static ValueList<EndpointSubset> Of(Service service, IEnumerable<Pod> pods)
    {
        var byAddress = new Dictionary<string, (EndpointAddress Address, SortedDictionary<string, (EndpointPort? Port, bool IsReady)> Ports)>(StringComparer.Ordinal);
        foreach (var pod in pods.Where(pod => IsIncluded(service, pod)))
        {
            if (AddressOf(service, pod) is not { } address)
                continue;
            var isReady = service.Spec.PublishNotReadyAddresses || pod.HasReadyCondition;
            var ports = PortsOf(service, pod).ToList();
            if (ports.Count == 0)
                continue;
            var identity = $"{address.Ip}/{address.TargetRef?.Uid}";
            if (!byAddress.TryGetValue(identity, out var entry))
                byAddress[identity] = entry = (address, new(StringComparer.Ordinal));
            foreach (var port in ports)
                entry.Ports[KeyOf(port)] = (port, isReady);
        }
        return byAddress.Values
            .SelectMany(static entry => entry.Ports.Select(port => (entry.Address, port.Key, port.Value.Port, port.Value.IsReady)))
            .GroupBy(static found => found.Key, StringComparer.Ordinal)
            .GroupBy(static port => string.Join(';', port.Select(static found => $"{found.Address.Ip}/{found.Address.TargetRef?.Uid}/{found.IsReady}").Order(StringComparer.Ordinal)), StringComparer.Ordinal)
            .Select(static same => SubsetOf(
                [.. same.OrderBy(static port => port.Key, StringComparer.Ordinal).Select(static port => port.First().Port).OfType<EndpointPort>()],
                [.. same.First().Select(static found => (found.Address, found.IsReady))]))
            .OrderBy(static subset => string.Join(';', subset.Ports.Select(KeyOf)), StringComparer.Ordinal)
            .ThenBy(static subset => (subset.Addresses.FirstOrDefault() ?? subset.NotReadyAddresses.FirstOrDefault())?.Ip, StringComparer.Ordinal)
            .ToValueList();
    }

    /// <summary>Keeps within <see cref="MaxAddresses"/>: not ready addresses go first, and each subset gives in proportion.</summary>
    /// <returns>The subsets, and whether any address is missing.</returns>
    public static (ValueList<EndpointSubset> Subsets, bool IsTruncated) Truncate(ValueList<EndpointSubset> subsets)
    {
        var ready = subsets.Sum(static subset => subset.Addresses.Count);
        var notReady = subsets.Sum(static subset => subset.NotReadyAddresses.Count);
        if (ready + notReady <= MaxAddresses)
            return (subsets, false);
        var cutsReady = ready > MaxAddresses;
        var room = cutsReady ? MaxAddresses : MaxAddresses - ready;
        var total = cutsReady ? ready : notReady;
        var left = room;
        var kept = new List<EndpointSubset>(subsets.Count);
        foreach (var subset in subsets)
        {
            var addresses = cutsReady ? subset.Addresses : subset.NotReadyAddresses;
            var part = addresses.Take(Math.Min(left, (int)Math.Ceiling((double)addresses.Count / total * room))).ToValueList();
            left -= part.Count;
            kept.Add(cutsReady ? subset with { Addresses = part, NotReadyAddresses = default } : subset with { NotReadyAddresses = part });
        }
        return (kept.Where(static subset => !subset.Addresses.IsEmpty || !subset.NotReadyAddresses.IsEmpty).ToValueList(), true);
    }

    private static bool IsIncluded(Service service, Pod pod) =>
        pod.HasEndpoint && (service.Spec.PublishNotReadyAddresses || pod.Metadata.DeletionTimestamp is null);

    // One address a pod: of the service's first family, or of the pod's own where the service does not say.
    private static EndpointAddress? AddressOf(Service service, Pod pod)
    {
        var family = service.Spec.IpFamilies.IsEmpty
            ? service.IsHeadless ? ServicePods.FamilyOf(pod.Status.PodIP) : ServicePods.FamilyOf(service.Spec.ClusterIP)
            : service.Spec.IpFamilies[0];
        return pod.AddressesOf(family) is not [var ip, ..] ? null : new EndpointAddress
        {
            Ip = ip,
            Hostname = pod.HostnameIn(service) ?? "",
            NodeName = pod.Spec.NodeName.Length > 0 ? pod.Spec.NodeName : null,
            TargetRef = pod.ToTarget(),
        };
    }

    // Null stands for "no port": a headless service may have none, and has addresses all the same.
    private static IEnumerable<EndpointPort?> PortsOf(Service service, Pod pod)
    {
        if (service.Spec.Ports.IsEmpty)
            return service.Spec.ClusterIP == "None" ? [null] : [];
        return service.Spec.Ports
            .Select(port => (Port: port, Number: pod.PortFor(port)))
            .Where(static found => found.Number is not null)
            .Select(static found => new EndpointPort
            {
                Name = found.Port.Name,
                Port = found.Number!.Value,
                Protocol = found.Port.Protocol,
                AppProtocol = found.Port.AppProtocol,
            });
    }

    private static string KeyOf(EndpointPort? port) => port is null ? "" : $"{port.Name}/{port.Protocol}/{port.Port}/{port.AppProtocol}";

    private static EndpointSubset SubsetOf(ValueList<EndpointPort> ports, List<(EndpointAddress Address, bool IsReady)> addresses)
    {
        var sorted = addresses.OrderBy(static found => found.Address.Ip, StringComparer.Ordinal).ThenBy(static found => found.Address.TargetRef?.Uid, StringComparer.Ordinal).ToList();
        return new EndpointSubset
        {
            Addresses = sorted.Where(static found => found.IsReady).Select(static found => found.Address).ToValueList(),
            NotReadyAddresses = sorted.Where(static found => !found.IsReady).Select(static found => found.Address).ToValueList(),
            Ports = ports,
        };
    }
}
