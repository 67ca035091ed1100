using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Authorization.Node;

/// <summary>
/// Which node may see which object: each pod that is bound to a node leads from what it refers to, to that node. Kept by whoever watches pods,
/// volumes, claims and attachments; read by <see cref="NodeAuthorizer"/> (plugin/pkg/auth/authorizer/node/graph.go).
/// </summary>
/// <remarks>
/// Upstream walks a general graph. Paths are at most three steps long, so counted edges to nodes and two small maps say the same:
/// object -> node (through pods, counted), volume -> claim (the volume's claimRef), secret -> volume (the volume's secretRefs).
/// </remarks>
internal sealed class NodeGraph
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Node, ImmutableArray<NodeObject> References)> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeObject, Dictionary<string, int>> _nodesOf = [];
    private readonly Dictionary<string, (NodeObject Claim, ImmutableArray<NodeObject> Secrets)> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeObject, HashSet<string>> _volumesOfSecret = [];

    /// <summary>A pod is bound to a node, or what it refers to changed (ephemeral containers, generated claims).</summary>
    /// <param name="uid">The pod's uid: a namesake made later is another.</param>
    /// <param name="node">Where it runs.</param>
    /// <param name="references">The pod itself, its service account, secrets, config maps, claims.</param>
    public void SetPod(string uid, string node, ImmutableArray<NodeObject> references)
    {
        lock (_lock)
        {
            Forget(uid);
            _pods[uid] = (node, references);
            foreach (var reference in references)
                Count(reference, node, 1);
        }
    }

    /// <summary>A pod is gone.</summary>
    public void RemovePod(string uid)
    {
        lock (_lock)
            Forget(uid);
    }

    /// <summary>A volume is bound to a claim.</summary>
    /// <param name="name">The volume.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="secrets">The secrets that its driver needs.</param>
    public void SetVolume(string name, NodeObject claim, ImmutableArray<NodeObject> secrets)
    {
        lock (_lock)
        {
            ForgetVolume(name);
            _volumes[name] = (claim, secrets);
            foreach (var secret in secrets)
            {
                if (!_volumesOfSecret.TryGetValue(secret, out var volumes))
                    _volumesOfSecret[secret] = volumes = new(StringComparer.Ordinal);
                volumes.Add(name);
            }
        }
    }

    /// <summary>A volume is gone, or no longer bound.</summary>
    public void RemoveVolume(string name)
    {
        lock (_lock)
            ForgetVolume(name);
    }

    /// <summary>An attachment says which node it is for.</summary>
    public void SetAttachment(string name, string node)
    {
        lock (_lock)
        {
            var attachment = new NodeObject(NodeObjectKind.VolumeAttachment, "", name);
            _nodesOf[attachment] = new(StringComparer.Ordinal) { [node] = 1 };
        }
    }

    /// <summary>An attachment is gone.</summary>
    public void RemoveAttachment(string name)
    {
        lock (_lock)
            _nodesOf.Remove(new NodeObject(NodeObjectKind.VolumeAttachment, "", name));
    }

    /// <summary>Is there a way from the object to the node?</summary>
    public bool Leads(NodeObject from, string node)
    {
        lock (_lock)
        {
            if (_nodesOf.TryGetValue(from, out var nodes) && nodes.ContainsKey(node))
                return true;
            return from.Kind switch
            {
                NodeObjectKind.PersistentVolume => VolumeLeads(from.Name, node),
                NodeObjectKind.Secret => _volumesOfSecret.TryGetValue(from, out var volumes) && volumes.Any(volume => VolumeLeads(volume, node)),
                _ => false,
            };
        }
    }

    private bool VolumeLeads(string volume, string node) =>
        _volumes.TryGetValue(volume, out var bound) && _nodesOf.TryGetValue(bound.Claim, out var nodes) && nodes.ContainsKey(node);

    private void Forget(string uid)
    {
        if (!_pods.Remove(uid, out var pod))
            return;
        foreach (var reference in pod.References)
            Count(reference, pod.Node, -1);
    }

    private void ForgetVolume(string name)
    {
        if (!_volumes.Remove(name, out var old))
            return;
        foreach (var secret in old.Secrets)
        {
            if (_volumesOfSecret.TryGetValue(secret, out var volumes) && volumes.Remove(name) && volumes.Count == 0)
                _volumesOfSecret.Remove(secret);
        }
    }

    private void Count(NodeObject reference, string node, int by)
    {
        if (!_nodesOf.TryGetValue(reference, out var nodes))
            _nodesOf[reference] = nodes = new(StringComparer.Ordinal);
        var count = nodes.GetValueOrDefault(node) + by;
        if (count > 0)
            nodes[node] = count;
        else if (nodes.Remove(node) && nodes.Count == 0)
            _nodesOf.Remove(reference);
    }
}

/// <summary>An object that a node may need to see.</summary>
internal readonly record struct NodeObject(NodeObjectKind Kind, string Namespace, string Name);

/// <summary>The kinds of objects that nodes see only where they need them.</summary>
internal enum NodeObjectKind
{
    /// <summary>A pod: the nodes it leads to is the one it runs on.</summary>
    Pod,

    /// <summary>A secret.</summary>
    Secret,

    /// <summary>A config map.</summary>
    ConfigMap,

    /// <summary>A claim.</summary>
    PersistentVolumeClaim,

    /// <summary>A volume.</summary>
    PersistentVolume,

    /// <summary>An attachment of a volume to a node.</summary>
    VolumeAttachment,

    /// <summary>A service account.</summary>
    ServiceAccount,

    /// <summary>A claim on devices.</summary>
    ResourceClaim,
}
