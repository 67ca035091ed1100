using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>Which objects a change in the graph makes worth looking at.</summary>
internal sealed class GraphWork
{
    /// <summary>May have to be deleted, or let go.</summary>
    public HashSet<GraphNode> ToDelete { get; } = [];

    /// <summary>Its dependents are to lose it as an owner.</summary>
    public HashSet<GraphNode> ToOrphan { get; } = [];
}

/// <summary>Who owns whom, over all kinds.</summary>
/// <remarks>
/// Invariants: a node is in its owners' dependents exactly as long as its last seen metadata names them; an owner that was never seen is there too, unobserved, until
/// a look at the server finds it absent. Nothing is decided here: whoever works off <see cref="GraphWork"/> looks at the server first.
/// Not for concurrent use: the caller holds one lock around it.
/// </remarks>
internal sealed class OwnershipGraph
{
    private readonly Dictionary<string, GraphNode> _nodes = new(StringComparer.Ordinal);

    public int Count => _nodes.Count;

    public GraphNode? Find(string uid) => _nodes.GetValueOrDefault(uid);

    /// <summary>An object was seen, new or changed.</summary>
    public void Observe(ObjectIdentity identity, ObjectMeta metadata, GraphWork work)
    {
        var node = _nodes.GetValueOrDefault(identity.Uid);
        if (node is { IsObserved: false })
            Confirm(node, identity, work);
        node ??= _nodes[identity.Uid] = new(identity);
        var (waitedBefore, orphansBefore) = (node is { IsObserved: true, IsDeletingDependents: true }, node.IsOrphaning);
        (node.Identity, node.IsObserved) = (identity, true);
        SetOwners(node, metadata.OwnerReferences, work);
        node.IsBeingDeleted |= metadata.DeletionTimestamp is not null;
        node.IsOrphaning = metadata.WaitsForOrphaning;
        if (metadata.WaitsForOrphaning && !orphansBefore)
            work.ToOrphan.Add(node);
        else if (metadata.WaitsForDependents && !waitedBefore)
            BeginForeground(node, work);
    }

    /// <summary>An object is gone, or was found to be absent.</summary>
    public void Remove(string uid, GraphWork work)
    {
        if (!_nodes.Remove(uid, out var node))
            return;
        foreach (var owner in OwnersOf(node.Owners))
        {
            owner.Dependents.Remove(node);
            // It may have been the last that its owner waited for.
            if (owner.IsDeletingDependents)
                work.ToDelete.Add(owner);
            Forget(owner);
        }
        foreach (var dependent in node.Dependents)
            work.ToDelete.Add(dependent);
        // They still name it: it is found absent again when they are looked at.
        if (node.Dependents.Count > 0)
            KeepAbsent(node);
    }

    private void KeepAbsent(GraphNode node)
    {
        var absent = new GraphNode(node.Identity);
        absent.Dependents.UnionWith(node.Dependents);
        _nodes[node.Identity.Uid] = absent;
    }

    // What its dependents said of it may be wrong: a name in another namespace, a kind that it does not have. Those references lead nowhere.
    private static void Confirm(GraphNode node, ObjectIdentity identity, GraphWork work)
    {
        var isElsewhere = node.Identity.Kind.GroupKind != identity.Kind.GroupKind || node.Identity.Key != identity.Key;
        foreach (var dependent in node.Dependents)
        {
            if (isElsewhere || (identity.Key.Namespace.Length > 0 && dependent.Identity.Key.Namespace != identity.Key.Namespace))
                work.ToDelete.Add(dependent);
        }
    }

    private static void BeginForeground(GraphNode node, GraphWork work)
    {
        node.IsDeletingDependents = true;
        work.ToDelete.UnionWith(node.Dependents);
        work.ToDelete.Add(node);
    }

    private void SetOwners(GraphNode node, ValueList<OwnerReference> owners, GraphWork work)
    {
        if (owners == node.Owners)
            return;
        var before = node.Owners;
        node.Owners = owners;
        foreach (var lost in before.Where(owner => owners.FindIndex(other => other.Uid == owner.Uid) < 0))
            Detach(node, lost, work);
        foreach (var owner in owners)
        {
            var known = before.FirstOrDefault(other => other.Uid == owner.Uid);
            if (known is null)
                Attach(node, owner, work);
            else if (known.BlockOwnerDeletion == true && owner.BlockOwnerDeletion != true)
                Wake(owner.Uid, work);
        }
    }

    private void Attach(GraphNode node, OwnerReference reference, GraphWork work)
    {
        if (!_nodes.TryGetValue(reference.Uid, out var owner))
        {
            owner = _nodes[reference.Uid] = new(IdentityOf(reference, node));
            work.ToDelete.Add(owner); // a look at the server tells whether it is there
        }
        owner.Dependents.Add(node);
        if (owner.IsObserved && !Fits(reference, owner.Identity, node))
            work.ToDelete.Add(node);
        // Named after its owner's foreground deletion has begun.
        if (owner.IsDeletingDependents)
            work.ToDelete.Add(node);
    }

    private void Detach(GraphNode node, OwnerReference reference, GraphWork work)
    {
        if (!_nodes.TryGetValue(reference.Uid, out var owner))
            return;
        owner.Dependents.Remove(node);
        Wake(reference.Uid, work);
        Forget(owner);
    }

    private void Wake(string uid, GraphWork work)
    {
        if (_nodes.TryGetValue(uid, out var owner) && owner.IsDeletingDependents)
            work.ToDelete.Add(owner);
    }

    private void Forget(GraphNode node)
    {
        if (!node.IsObserved && node.Dependents.Count == 0)
            _nodes.Remove(node.Identity.Uid);
    }

    private IEnumerable<GraphNode> OwnersOf(ValueList<OwnerReference> owners)
    {
        foreach (var owner in owners.ToArray())
        {
            if (_nodes.TryGetValue(owner.Uid, out var node))
                yield return node;
        }
    }

    private static bool Fits(OwnerReference reference, ObjectIdentity owner, GraphNode dependent) =>
        reference.Kind == owner.Kind.Kind
        && reference.Name == owner.Key.Name
        && (owner.Key.Namespace.Length == 0 || owner.Key.Namespace == dependent.Identity.Key.Namespace);

    // Whether the owner is cluster-scoped is not known yet; who looks it up asks discovery.
    private static ObjectIdentity IdentityOf(OwnerReference reference, GraphNode dependent)
    {
        _ = GroupVersion.TryParse(reference.ApiVersion, out var version);
        return new(version.WithKind(reference.Kind), new(dependent.Identity.Key.Namespace, reference.Name), reference.Uid);
    }
}
