using System.Net;
using System.Net.Sockets;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Ipam;

/// <summary>Which node has which part of the cluster's networks.</summary>
/// <remarks>Invariant: a part is free, or one node's; what nodes already say of themselves is taken before anything new is given out.</remarks>
internal sealed class NodeNetworks
{
    private readonly Lock _lock = new();
    private readonly List<CidrPool> _pools;
    private readonly Dictionary<string, Holding> _byNode = new(StringComparer.Ordinal);
    private bool _isLoaded;

    /// <summary>All is free.</summary>
    /// <exception cref="FormatException">A network is not one.</exception>
    /// <exception cref="ArgumentException">The size of a node's part does not fit its network.</exception>
    public NodeNetworks(ControllerSettings settings)
    {
        var networks = settings.ClusterCidrs.Select(IPNetwork.Parse).ToList();
        _pools = [.. networks.Select(network => new CidrPool(network, PrefixOf(network, settings)))];
        // Where the networks of services lie within those of pods, no node gets them.
        foreach (var services in settings.ServiceCidrs.Select(IPNetwork.Parse))
            _pools.ForEach(pool => pool.Occupy(services));
    }

    /// <summary>Takes what the nodes already have, once.</summary>
    public void LoadOnce(Func<IEnumerable<Node>> nodes)
    {
        lock (_lock)
        {
            if (_isLoaded)
                return;
            foreach (var node in nodes())
                Keep(node);
            _isLoaded = true;
        }
    }

    /// <summary>Remembers what the node says it has.</summary>
    public void Occupy(Node node)
    {
        lock (_lock)
            Keep(node);
    }

    /// <summary>What the node shall have: a part of each network; what it was given before where that is not stored yet.</summary>
    /// <returns>Null where one of the networks has no part left.</returns>
    public IReadOnlyList<string>? Assign(Node node)
    {
        lock (_lock)
        {
            if (_byNode.TryGetValue(node.Metadata.Name, out var holding) && holding.Uid == node.Metadata.Uid)
                return holding.Cidrs;
            Drop(node.Metadata.Name);
            var cidrs = _pools.Select(static pool => pool.Take()).ToList();
            if (cidrs.Contains(null))
            {
                Free(cidrs.OfType<string>());
                return null;
            }
            _byNode[node.Metadata.Name] = new(node.Metadata.Uid, [.. cidrs.OfType<string>()]);
            return _byNode[node.Metadata.Name].Cidrs;
        }
    }

    /// <summary>The node is gone, or did not get what it was assigned.</summary>
    public void Release(string node)
    {
        lock (_lock)
            Drop(node);
    }

    private static int PrefixOf(IPNetwork network, ControllerSettings settings) =>
        network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? settings.NodeMaskSizeIPv4 : settings.NodeMaskSizeIPv6;

    private void Keep(Node node)
    {
        if (node.Spec.PodCIDRs.IsEmpty || _byNode.GetValueOrDefault(node.Metadata.Name) is { } known && known.Uid == node.Metadata.Uid && known.Cidrs.SequenceEqual(node.Spec.PodCIDRs))
            return;
        Drop(node.Metadata.Name);
        _byNode[node.Metadata.Name] = new(node.Metadata.Uid, node.Spec.PodCIDRs);
        foreach (var cidr in Networks(node.Spec.PodCIDRs))
            _pools.ForEach(pool => pool.Occupy(cidr));
    }

    private void Drop(string node)
    {
        if (_byNode.Remove(node, out var holding))
            Free(holding.Cidrs);
    }

    private void Free(IEnumerable<string> cidrs)
    {
        foreach (var cidr in Networks(cidrs))
            _pools.ForEach(pool => pool.Release(cidr));
    }

    private static IEnumerable<IPNetwork> Networks(IEnumerable<string> cidrs) =>
        cidrs.Where(static cidr => IPNetwork.TryParse(cidr, out _)).Select(IPNetwork.Parse);

    private sealed record Holding(string Uid, IReadOnlyList<string> Cidrs);
}
