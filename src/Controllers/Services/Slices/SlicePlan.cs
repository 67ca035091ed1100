using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using EndpointPort = ControlPlane.Types.Discovery.EndpointPort;

namespace ControlPlane.Controllers.Services.Slices;

/// <summary>What is to be written so that a service's slices say where its pods answer.</summary>
internal sealed record SlicePlan(List<EndpointSlice> Create, List<EndpointSlice> Update, List<EndpointSlice> Delete)
{
    /// <summary>Pods left out because their node is not known; non-empty means: try again.</summary>
    public List<Pod> OnUnknownNodes { get; } = [];

    /// <summary>Compares what there is with what there should be.</summary>
    /// <param name="service">With a selector.</param>
    /// <param name="pods">Those it selects.</param>
    /// <param name="nodeOf">A node by its name, or null.</param>
    /// <param name="existing">The slices that this controller keeps for it, none of them terminating.</param>
    /// <param name="maxPerSlice">How many endpoints a slice may have.</param>
    public static SlicePlan Decide(Service service, IReadOnlyList<Pod> pods, Func<string, Node?> nodeOf, IReadOnlyList<EndpointSlice> existing, int maxPerSlice)
    {
        var plan = new SlicePlan([], [], []);
        var families = SliceEndpoints.FamiliesOf(service);
        foreach (var family in families)
            plan.Add(DecideFamily(service, family, pods, nodeOf, [.. existing.Where(slice => slice.AddressType == family)], maxPerSlice));
        plan.Delete.AddRange(existing.Where(slice => !families.Contains(slice.AddressType)));
        plan.ReuseDeleted(service);
        return plan;
    }

    private static SlicePlan DecideFamily(
        Service service, string family, IReadOnlyList<Pod> pods, Func<string, Node?> nodeOf, List<EndpointSlice> existing, int maxPerSlice)
    {
        var plan = new SlicePlan([], [], []);
        var portSets = plan.PortSets(service, family, pods, nodeOf);
        foreach (var (key, set) in portSets)
        {
            var packing = new SlicePacking(NewSlice(service, family, set.Ports), maxPerSlice);
            plan.Add(packing.Pack(existing.Where(slice => SliceEndpoints.KeyOf(slice.Ports) == key), set.Endpoints));
        }
        plan.Delete.AddRange(existing.Where(slice => !portSets.ContainsKey(SliceEndpoints.KeyOf(slice.Ports))));
        plan.KeepPlaceholder(NewSlice(service, family, default), existing);
        return plan;
    }

    private Dictionary<string, PortSet> PortSets(Service service, string family, IReadOnlyList<Pod> pods, Func<string, Node?> nodeOf)
    {
        var sets = new Dictionary<string, PortSet>(StringComparer.Ordinal);
        foreach (var pod in pods.Where(static pod => pod.HasEndpoint))
        {
            var node = nodeOf(pod.Spec.NodeName);
            if (node is null && pod.Spec.NodeName.Length > 0 && !service.Spec.PublishNotReadyAddresses)
            {
                OnUnknownNodes.Add(pod);
                continue;
            }
            var ports = SliceEndpoints.PortsOf(service, pod);
            var key = SliceEndpoints.KeyOf(ports);
            if (!sets.TryGetValue(key, out var set))
                sets[key] = set = new(ports, []);
            var endpoint = SliceEndpoints.Of(pod, node, service, family);
            if (!endpoint.Addresses.IsEmpty)
                set.Endpoints[EndpointIdentity.Of(endpoint)] = endpoint;
        }
        return sets;
    }

    // A service without endpoints has one empty slice: it shows that somebody looked, and consumers need not tell "none" from "not yet".
    private void KeepPlaceholder(EndpointSlice placeholder, List<EndpointSlice> existing)
    {
        if (Create.Count > 0 || existing.Count != Delete.Count)
            return;
        if (Delete is [var only] && only.Endpoints.IsEmpty && only.Ports.IsEmpty && placeholder.Metadata.Labels.IsCoveredBy(only.Metadata.Labels))
            Delete.Clear();
        else
            Create.Add(placeholder);
    }

    // Where one slice goes and another comes, the first becomes the second: one write in place of two, and no moment without either.
    private void ReuseDeleted(Service service)
    {
        foreach (var made in Create.ToList())
        {
            if (Delete.Find(slice => slice.AddressType == made.AddressType && slice.Metadata.OwnerReferences.Any(owner => owner.Uid == service.Uid)) is not { } reused)
                continue;
            Delete.Remove(reused);
            Create.Remove(made);
            Update.Add(made with { Metadata = reused.Metadata with { Labels = made.Metadata.Labels, OwnerReferences = made.Metadata.OwnerReferences } });
        }
    }

    private void Add(SlicePlan other)
    {
        Create.AddRange(other.Create);
        Update.AddRange(other.Update);
        Delete.AddRange(other.Delete);
        OnUnknownNodes.AddRange(other.OnUnknownNodes);
    }

    private static EndpointSlice NewSlice(Service service, string family, ValueList<EndpointPort> ports) => new()
    {
        Metadata = new ObjectMeta
        {
            GenerateName = service.Metadata.Name + "-",
            Namespace = service.Metadata.Namespace,
            Labels = SliceLabels.Of(service),
            OwnerReferences = [service.ToControllerReference()],
        },
        AddressType = family,
        Ports = ports,
    };

    private sealed record PortSet(ValueList<EndpointPort> Ports, Dictionary<EndpointIdentity, Endpoint> Endpoints);
}
