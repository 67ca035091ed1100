using System.Collections.Frozen;
using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Catalog;

/// <summary>
/// All resources that are served now. A reader takes <see cref="Current"/> once and sees one consistent state; custom resources come and go by swapping it.
/// </summary>
internal sealed class ResourceCatalog
{
    private readonly Lock _writing = new();
    private volatile Snapshot _current = Snapshot.Empty;

    /// <summary>What is served at this moment.</summary>
    public Snapshot Current => _current;

    /// <summary>Replaces the resources of one owner ("builtin", a CRD's name) by others; none takes them away.</summary>
    public void Publish(string owner, ImmutableArray<ServedResource> resources)
    {
        lock (_writing)
            _current = _current.With(owner, resources);
    }

    /// <summary>One immutable state of the catalog.</summary>
    public sealed class Snapshot
    {
        private readonly ImmutableSortedDictionary<string, ImmutableArray<ServedResource>> _byOwner;
        private readonly FrozenDictionary<GroupVersionResource, ServedResource> _byPath;
        private readonly FrozenDictionary<GroupVersionKind, ServedResource> _byKind;

        private Snapshot(ImmutableSortedDictionary<string, ImmutableArray<ServedResource>> byOwner, long generation)
        {
            _byOwner = byOwner;
            Generation = generation;
            All = [.. byOwner.Values.SelectMany(resources => resources)];
            _byPath = All.ToFrozenDictionary(resource => resource.Path);
            _byKind = All.GroupBy(resource => resource.Version.Kind).ToFrozenDictionary(same => same.Key, same => same.First());
        }

        /// <summary>Nothing is served.</summary>
        public static Snapshot Empty { get; } = new(ImmutableSortedDictionary.Create<string, ImmutableArray<ServedResource>>(StringComparer.Ordinal), 0);

        /// <summary>Grows with every change: what is derived from a snapshot can tell whether it is stale.</summary>
        public long Generation { get; }

        /// <summary>Every resource in every version.</summary>
        public ImmutableArray<ServedResource> All { get; }

        /// <summary>The resource behind a path, or null.</summary>
        public ServedResource? Find(GroupVersionResource path) => _byPath.GetValueOrDefault(path);

        /// <summary>The resource of a kind, or null.</summary>
        public ServedResource? Find(GroupVersionKind kind) => _byKind.GetValueOrDefault(kind);

        /// <summary>The resource in the version that is preferred, or null.</summary>
        public ServedResource? Find(GroupResource resource) => All.FirstOrDefault(served => served.Resource == resource);

        internal Snapshot With(string owner, ImmutableArray<ServedResource> resources) =>
            new(resources.IsEmpty ? _byOwner.Remove(owner) : _byOwner.SetItem(owner, resources), Generation + 1);
    }
}
