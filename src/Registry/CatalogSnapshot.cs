using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Registry;

/// <summary>A resource in one of the versions in which it is served.</summary>
/// <param name="Store">Its objects.</param>
/// <param name="Version">The version.</param>
public sealed record ServedResource(ResourceStore Store, ServedVersion Version)
{
    /// <summary>The resource.</summary>
    public ResourceDefinition Definition => Store.Definition;

    /// <summary>Names, verbs and subresources in this version.</summary>
    public ResourceInfo Info => Version.Info ?? Definition.Info;

    /// <summary>A record as the columns of this version look at it: versions with columns of their own look at their own objects, all others at the hub's.</summary>
    public IApiObject Shown(IApiObject record) => Version.Traits is null ? record : Version.FromHub(record);

    /// <summary>Columns, scale and the like in this version.</summary>
    public ResourceTraits Traits => Version.Traits ?? Definition.Traits;
}

/// <summary>What is served at one moment: immutable, so that a request takes it once and sees one truth.</summary>
public sealed class CatalogSnapshot
{
    private readonly FrozenDictionary<GroupVersionResource, ServedResource> _byResource;
    private readonly FrozenDictionary<GroupVersionKind, ServedResource> _byKind;

    internal CatalogSnapshot(ImmutableArray<ResourceStore> stores)
    {
        Stores = stores;
        var served = stores.SelectMany(store => store.Definition.Versions.Select(version => new ServedResource(store, version))).ToArray();
        _byResource = served.ToFrozenDictionary(one => new GroupVersionResource(one.Version.Kind.Group, one.Version.Kind.Version, one.Definition.Info.Plural));
        _byKind = served.ToFrozenDictionary(one => one.Version.Kind);
    }

    /// <summary>All resources, by the order in which they were added.</summary>
    public ImmutableArray<ResourceStore> Stores { get; }

    /// <summary>The resource of that group, version and plural.</summary>
    public bool TryFind(GroupVersionResource resource, [NotNullWhen(true)] out ServedResource? served) => _byResource.TryGetValue(resource, out served);

    /// <summary>The resource whose objects are of that kind.</summary>
    public bool TryFind(GroupVersionKind kind, [NotNullWhen(true)] out ServedResource? served) => _byKind.TryGetValue(kind, out served);

    /// <summary>The resource of that group and plural, in whatever version it is preferred; null where there is none.</summary>
    public ResourceStore? Find(GroupResource resource)
    {
        foreach (var store in Stores)
        {
            if (store.Definition.Info.Plural == resource.Resource && store.Definition.Versions.Any(version => version.Kind.Group == resource.Group))
                return store;
        }

        return null;
    }
}
