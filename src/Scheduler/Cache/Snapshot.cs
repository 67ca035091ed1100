namespace ControlPlane.Scheduler.Cache;

/// <summary>The nodes as one cycle sees them. Belongs to the scheduling loop, which refreshes it between cycles; within one it does not change.</summary>
internal sealed class Snapshot
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _imageCounts = new(StringComparer.Ordinal);
    private NodeInfo[] _nodes = [];

    /// <summary>All nodes; those of different zones take turns, so that any part of the list spans the zones.</summary>
    public IReadOnlyList<NodeInfo> Nodes => _nodes;

    /// <summary>The node of that name, or null.</summary>
    public NodeInfo? Find(string name) => _places.TryGetValue(name, out var place) ? _nodes[place] : null;

    /// <summary>How many nodes have that image.</summary>
    public int NodesWithImage(string image) => _imageCounts.GetValueOrDefault(image);

    /// <summary>Another state of a node that the snapshot has.</summary>
    public void Replace(NodeInfo node)
    {
        ref var known = ref _nodes[_places[node.Name]];
        if (!ReferenceEquals(known.Images, node.Images))
        {
            Count(known, -1);
            Count(node, 1);
        }
        known = node;
    }

    /// <summary>Another set of nodes.</summary>
    public void Reset(IReadOnlyCollection<NodeInfo> nodes)
    {
        _nodes = ZoneOrder.Of(nodes);
        _places.Clear();
        _imageCounts.Clear();
        for (var place = 0; place < _nodes.Length; place++)
        {
            _places[_nodes[place].Name] = place;
            Count(_nodes[place], 1);
        }
    }

    private void Count(NodeInfo node, int change)
    {
        foreach (var image in node.Images.Keys)
            _imageCounts[image] = _imageCounts.GetValueOrDefault(image) + change;
    }
}
