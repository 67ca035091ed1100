using ControlPlane.Machinery.Errors;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>Lets an object's dependents go before the object goes (propagation policy Orphan).</summary>
internal sealed class Orphaning(OwnedObjects objects)
{
    /// <summary>Removes the owner from its dependents, then its finalizer; false: try again.</summary>
    public async Task<bool> OrphanAsync(ObjectIdentity owner, IReadOnlyList<ObjectIdentity> dependents, CancellationToken cancel)
    {
        foreach (var dependent in dependents)
            await LetGoAsync(owner, dependent, cancel);
        if (await objects.FindAsync(owner, cancel) is { } found && found.Metadata.Finalizers.Contains(CollectionFinalizers.Orphan))
        {
            var finalizers = found.Metadata.Finalizers.RemoveAll(static finalizer => finalizer == CollectionFinalizers.Orphan);
            await objects.WriteAsync(owner, found.Metadata, found.Metadata.OwnerReferences, finalizers, cancel);
        }
        return true;
    }

    private async Task LetGoAsync(ObjectIdentity owner, ObjectIdentity dependent, CancellationToken cancel)
    {
        if (await objects.FindAsync(dependent, cancel) is not { } found)
            return;
        var others = found.Metadata.OwnerReferences.RemoveAll(reference => reference.Uid == owner.Uid);
        if (others.Count == found.Metadata.OwnerReferences.Count)
            return;
        try
        {
            await objects.WriteAsync(dependent, found.Metadata, others, found.Metadata.Finalizers, cancel);
        }
        catch (ApiException invalid) when (invalid.Code == 422)
        {
            // It broke its kind's rules before: nobody can write it, and nothing is gained by holding its owner.
        }
    }
}
