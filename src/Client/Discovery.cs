using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Client;

/// <summary>A resource that the server serves.</summary>
/// <param name="Resource">In its group's preferred version.</param>
/// <param name="Kind">Of its objects.</param>
/// <param name="IsNamespaced">Do they live in namespaces?</param>
/// <param name="Verbs">What can be done with them.</param>
public sealed record DiscoveredResource(GroupVersionResource Resource, GroupVersionKind Kind, bool IsNamespaced, ValueList<string> Verbs)
{
    /// <summary>Can it be done?</summary>
    public bool Supports(string verb) => Verbs.Contains(verb);
}

/// <summary>What the server serves, and which group versions could not tell (their server is down).</summary>
public sealed record DiscoveredResources(IReadOnlyList<DiscoveredResource> Resources, IReadOnlyList<GroupVersion> Failed);

/// <summary>Asks the server what it serves.</summary>
public static class Discovery
{
    /// <summary>All resources without subresources, each in its group's preferred version (or the only one that has it).</summary>
    /// <exception cref="ApiException">The group list itself was refused.</exception>
    public static async Task<DiscoveredResources> DiscoverAsync(this IApiTransport transport, CancellationToken cancel)
    {
        var groups = await ReadAsync<APIGroupList>(transport, "/apis", cancel);
        var versions = groups.Groups.SelectMany(InOrderOfPreference).Prepend("v1");
        var found = new Dictionary<GroupResource, DiscoveredResource>();
        var failed = new List<GroupVersion>();
        foreach (var text in versions)
        {
            var version = GroupVersion.Parse(text);
            try
            {
                await AddVersionAsync(transport, version, found, cancel);
            }
            catch (ApiException) when (!cancel.IsCancellationRequested)
            {
                failed.Add(version);
            }
        }
        return new([.. found.Values], failed);
    }

    /// <summary>The resources of one group version, subresources left out.</summary>
    public static async Task<IReadOnlyList<DiscoveredResource>> DiscoverAsync(this IApiTransport transport, GroupVersion version, CancellationToken cancel)
    {
        var path = version.Group.Length == 0 ? $"/api/{version.Version}" : $"/apis/{version}";
        var list = await ReadAsync<APIResourceList>(transport, path, cancel);
        return [.. list.Resources.Where(static resource => !resource.Name.Contains('/', StringComparison.Ordinal)).Select(resource => Discovered(version, resource))];
    }

    private static async Task AddVersionAsync(
        IApiTransport transport, GroupVersion version, Dictionary<GroupResource, DiscoveredResource> found, CancellationToken cancel)
    {
        foreach (var resource in await transport.DiscoverAsync(version, cancel))
            found.TryAdd(resource.Resource.GroupResource, resource);
    }

    private static DiscoveredResource Discovered(GroupVersion version, APIResource resource)
    {
        var kind = new GroupVersion(
            resource.Group.Length > 0 ? resource.Group : version.Group,
            resource.Version.Length > 0 ? resource.Version : version.Version).WithKind(resource.Kind);
        return new(version.WithResource(resource.Name), kind, resource.Namespaced, resource.Verbs);
    }

    private static IEnumerable<string> InOrderOfPreference(APIGroup group) =>
        group.Versions.Select(static version => version.GroupVersion).OrderBy(version => version == group.PreferredVersion.GroupVersion ? 0 : 1);

    private static async Task<T> ReadAsync<T>(IApiTransport transport, string path, CancellationToken cancel)
        where T : class, IRuntimeObject<T>
    {
        await using var stream = await transport.GetRawAsync(path, cancel);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancel);
        return Json.Decode<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
