using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>Where an object is said to be: by itself, or by one that names it as its owner.</summary>
/// <param name="Kind">Its kind, in the version that the reference names.</param>
/// <param name="Key">Its namespace and name.</param>
/// <param name="Uid">Its identity.</param>
internal sealed record ObjectIdentity(GroupVersionKind Kind, ObjectKey Key, string Uid);

/// <summary>An object in the graph of ownership. Changed under the graph's lock only.</summary>
internal sealed class GraphNode(ObjectIdentity identity)
{
    /// <summary>Where it is; of a node that was only heard of, where its dependents say.</summary>
    public ObjectIdentity Identity { get; set; } = identity;

    /// <summary>Has it been seen, rather than only named as an owner?</summary>
    public bool IsObserved { get; set; }

    /// <summary>Its owners, as last seen.</summary>
    public ValueList<OwnerReference> Owners { get; set; }

    /// <summary>Those that name it as their owner.</summary>
    public HashSet<GraphNode> Dependents { get; } = [];

    /// <summary>Has its deletion begun?</summary>
    public bool IsBeingDeleted { get; set; }

    /// <summary>Does it wait for its dependents to be let go?</summary>
    public bool IsOrphaning { get; set; }

    /// <summary>Does it wait for its dependents to go first (foreground deletion)?</summary>
    public bool IsDeletingDependents { get; set; }

    /// <summary>Those whose references keep its foreground deletion waiting.</summary>
    public IEnumerable<GraphNode> BlockingDependents =>
        Dependents.Where(dependent => dependent.Owners.Any(owner => owner.Uid == Identity.Uid && owner.BlockOwnerDeletion == true));
}

/// <summary>The finalizers that garbage collection works with.</summary>
internal static class CollectionFinalizers
{
    public const string Orphan = "orphan";
    public const string Foreground = "foregroundDeletion";

    extension(ObjectMeta metadata)
    {
        /// <summary>Is it being deleted, and are its dependents to stay?</summary>
        public bool WaitsForOrphaning => metadata.DeletionTimestamp is not null && metadata.Finalizers.Contains(Orphan);

        /// <summary>Is it being deleted, after its dependents?</summary>
        public bool WaitsForDependents => metadata.DeletionTimestamp is not null && metadata.Finalizers.Contains(Foreground);
    }
}
