using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>One resource in one version, as discovery and OpenAPI see it.</summary>
/// <param name="Kind">Group, version and kind of the path.</param>
/// <param name="Info">Names, verbs and subresources; its own version may be another (that of the hub).</param>
public sealed record DiscoveryResource(GroupVersionKind Kind, ResourceInfo Info)
{
    /// <summary>A resource in the version that its data is about.</summary>
    public static DiscoveryResource Of(ResourceInfo info) => new(info.Kind, info);

    /// <summary>Does it live in namespaces?</summary>
    public bool IsNamespaced => Info.IsNamespaced;

    /// <summary>What is read and written at a subresource: the resource's own kind is told in the version of the path.</summary>
    public GroupVersionKind KindOf(SubresourceInfo subresource) => subresource.Kind == Info.Kind ? Kind : subresource.Kind;

    /// <summary>Is it stored at all? Only then it has a storage version.</summary>
    public bool IsStored => Info.Verbs.Contains("list") && Info.Verbs.Contains("create");
}
