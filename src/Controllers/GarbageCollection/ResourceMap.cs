using ControlPlane.Client;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>Which resource serves a kind, as discovery last told; replaced as a whole.</summary>
internal sealed class ResourceMap
{
    private readonly Dictionary<GroupKind, DiscoveredResource> _byKind = [];

    public ResourceMap(IEnumerable<DiscoveredResource> resources)
    {
        foreach (var resource in resources)
            _byKind.TryAdd(resource.Kind.GroupKind, resource);
    }

    /// <summary>The resource of that kind, or null.</summary>
    public DiscoveredResource? Find(GroupKind kind) => _byKind.GetValueOrDefault(kind);
}
