using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>How an object's owners stand.</summary>
internal enum OwnerState
{
    /// <summary>There, and to stay.</summary>
    Solid,

    /// <summary>Not there.</summary>
    Dangling,

    /// <summary>Being deleted after its dependents.</summary>
    Waiting,
}

/// <summary>Decides on one object whether it is garbage (garbagecollector.go: attemptToDeleteItem).</summary>
internal sealed class Collection(OwnedObjects objects, GarbageCollector collector)
{
    /// <summary>Looks at the object and its owners; false: try again later.</summary>
    public async Task<bool> CollectAsync(string uid, CancellationToken cancel)
    {
        var seen = collector.Read(graph => graph.Find(uid) is { } node
            ? new Seen(node.Identity, node.IsObserved, node.IsBeingDeleted, node.IsDeletingDependents)
            : null);
        if (seen is null or { IsBeingDeleted: true, IsDeletingDependents: false })
            return true;
        if (objects.ResourceOf(seen.Identity.Kind) is not { } resource)
            return seen.IsObserved; // Its kind may be served in a moment; until then nobody knows whether it is there.
        if (!IsPossible(seen, resource) || await objects.FindAsync(seen.Identity, cancel) is not { } found)
        {
            collector.Remove(uid);
            return true;
        }
        if (seen.IsDeletingDependents)
            return await FinishForegroundAsync(seen.Identity, found.Metadata, cancel);
        // Its owners are only known for sure once the graph has it.
        return seen.IsObserved && await JudgeAsync(seen.Identity, found.Metadata, cancel);
    }

    // A cluster-scoped object cannot have an owner within a namespace: such a reference leads nowhere.
    private static bool IsPossible(Seen seen, DiscoveredResource resource) =>
        seen.IsObserved || !resource.IsNamespaced || seen.Identity.Key.Namespace.Length > 0;

    private async Task<bool> FinishForegroundAsync(ObjectIdentity owner, ObjectMeta found, CancellationToken cancel)
    {
        var blocking = collector.Read(graph => graph.Find(owner.Uid) is { } node
            ? node.BlockingDependents.Select(static dependent => (dependent.Identity.Uid, dependent.IsDeletingDependents)).ToList()
            : []);
        foreach (var (uid, isDeletingDependents) in blocking)
        {
            if (!isDeletingDependents)
                collector.LookAt(uid);
        }
        if (blocking.Count == 0)
        {
            var finalizers = found.Finalizers.RemoveAll(static finalizer => finalizer == CollectionFinalizers.Foreground);
            if (finalizers.Count != found.Finalizers.Count)
                await objects.WriteAsync(owner, found, found.OwnerReferences, finalizers, cancel);
        }
        return true;
    }

    private async Task<bool> JudgeAsync(ObjectIdentity item, ObjectMeta found, CancellationToken cancel)
    {
        if (found.OwnerReferences.IsEmpty)
            return true;
        var states = new Dictionary<string, OwnerState>(StringComparer.Ordinal);
        foreach (var reference in found.OwnerReferences.ToArray())
        {
            if (await StateAsync(item, reference, cancel) is not { } state)
                return false;
            states[reference.Uid] = state;
        }
        if (states.ContainsValue(OwnerState.Solid))
            await KeepSolidAsync(item, found, states, cancel);
        else if (states.ContainsValue(OwnerState.Waiting) && HasDependents(item))
            await DeleteAfterDependentsAsync(item, found, cancel);
        else
            await objects.DeleteAsync(item, PolicyOf(found), cancel);
        return true;
    }

    /// <summary>Null: it cannot be known yet, because the server does not tell which resource serves the kind.</summary>
    private async Task<OwnerState?> StateAsync(ObjectIdentity item, OwnerReference reference, CancellationToken cancel)
    {
        if (!GroupVersion.TryParse(reference.ApiVersion, out var version) || objects.ResourceOf(version.WithKind(reference.Kind)) is not { } resource)
            return null;
        if (resource.IsNamespaced && item.Key.Namespace.Length == 0)
            return OwnerState.Solid; // An impossible reference is no reason to delete a cluster-scoped object.
        var identity = new ObjectIdentity(version.WithKind(reference.Kind), new(item.Key.Namespace, reference.Name), reference.Uid);
        if (await objects.FindAsync(identity, cancel) is not { } owner)
            return OwnerState.Dangling;
        return owner.Metadata.WaitsForDependents ? OwnerState.Waiting : OwnerState.Solid;
    }

    private async Task KeepSolidAsync(ObjectIdentity item, ObjectMeta found, Dictionary<string, OwnerState> states, CancellationToken cancel)
    {
        var solid = found.OwnerReferences.RemoveAll(reference => states[reference.Uid] != OwnerState.Solid);
        if (solid.Count != found.OwnerReferences.Count)
            await objects.WriteAsync(item, found, solid, found.Finalizers, cancel);
    }

    private bool HasDependents(ObjectIdentity item) => collector.Read(graph => graph.Find(item.Uid)?.Dependents.Count > 0);

    // Two that wait for each other would wait for ever: one of them stops blocking.
    private async Task DeleteAfterDependentsAsync(ObjectIdentity item, ObjectMeta found, CancellationToken cancel)
    {
        var isCircle = collector.Read(graph => graph.Find(item.Uid)?.Dependents.Any(static dependent => dependent.IsDeletingDependents) == true);
        if (isCircle && found.OwnerReferences.Any(static reference => reference.BlockOwnerDeletion == true))
        {
            var owners = found.OwnerReferences.Select(static reference => reference with { BlockOwnerDeletion = false }).ToValueList();
            await objects.WriteAsync(item, found, owners, found.Finalizers, cancel);
        }
        await objects.DeleteAsync(item, Deletion.Foreground, cancel);
    }

    private static Deletion PolicyOf(ObjectMeta found)
    {
        if (found.Finalizers.Contains(CollectionFinalizers.Orphan))
            return Deletion.Orphan;
        return found.Finalizers.Contains(CollectionFinalizers.Foreground) ? Deletion.Foreground : Deletion.Background;
    }

    private sealed record Seen(ObjectIdentity Identity, bool IsObserved, bool IsBeingDeleted, bool IsDeletingDependents);
}
