using System.Collections.Immutable;
using System.Text.Json;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>The old form of discovery: APIVersions, APIGroupList, APIGroup and APIResourceList, a document a path.</summary>
internal static class LegacyDiscovery
{
    /// <summary>All documents and their paths.</summary>
    public static IEnumerable<(string Path, DiscoveryDocument Document)> Documents(ImmutableArray<DiscoveryGroup> groups, string serverAddress)
    {
        yield return ("/apis", DiscoveryDocument.Object(json => WriteGroupList(json, groups)));
        foreach (var group in groups)
        {
            yield return group.Name.Length == 0
                ? ("/api", DiscoveryDocument.Object(json => WriteVersions(json, group, serverAddress)))
                : ($"/apis/{group.Name}", DiscoveryDocument.Object(json =>
                {
                    WriteTypeMeta(json, "APIGroup", "v1");
                    WriteGroup(json, group);
                }));
            foreach (var (version, resources) in group.Versions)
                yield return (DiscoveryGroup.PathOf(version), DiscoveryDocument.Object(json => WriteResources(json, version, resources)));
        }
    }

    private static void WriteGroupList(Utf8JsonWriter json, ImmutableArray<DiscoveryGroup> groups)
    {
        WriteTypeMeta(json, "APIGroupList", "v1");
        json.WriteStartArray("groups");
        foreach (var group in groups)
        {
            if (group.Name.Length == 0)
                continue;
            json.WriteStartObject();
            WriteGroup(json, group);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteVersions(Utf8JsonWriter json, DiscoveryGroup core, string serverAddress)
    {
        WriteTypeMeta(json, "APIVersions", "");
        DiscoveryGroup.WriteStrings(json, "versions", [.. core.Versions.Select(version => version.Version.Version)]);
        json.WriteStartArray("serverAddressByClientCIDRs");
        json.WriteStartObject();
        json.WriteString("clientCIDR", "0.0.0.0/0");
        json.WriteString("serverAddress", serverAddress);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteGroup(Utf8JsonWriter json, DiscoveryGroup group)
    {
        json.WriteString("name", group.Name);
        json.WriteStartArray("versions");
        foreach (var (version, _) in group.Versions)
        {
            json.WriteStartObject();
            WriteVersion(json, version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("preferredVersion");
        WriteVersion(json, group.Versions[0].Version);
        json.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter json, GroupVersion version)
    {
        json.WriteString("groupVersion", version.ToString());
        json.WriteString("version", version.Version);
    }

    private static void WriteResources(Utf8JsonWriter json, GroupVersion version, ImmutableArray<DiscoveryResource> resources)
    {
        WriteTypeMeta(json, "APIResourceList", version.Group.Length == 0 ? "" : "v1"); // upstream's core group leaves the version out
        json.WriteString("groupVersion", version.ToString());
        json.WriteStartArray("resources");
        foreach (var resource in resources)
        {
            // Bindings and the like have no verbs of their own where they are subresources only.
            if (!resource.Info.Verbs.IsEmpty)
                WriteResource(json, resource);
            foreach (var subresource in resource.Info.Subresources.OrderBy(subresource => subresource.Name, StringComparer.Ordinal))
                WriteSubresource(json, resource, subresource);
        }

        json.WriteEndArray();
    }

    private static void WriteResource(Utf8JsonWriter json, DiscoveryResource resource)
    {
        json.WriteStartObject();
        json.WriteString("name", resource.Info.Plural);
        json.WriteString("singularName", resource.Info.Singular);
        json.WriteBoolean("namespaced", resource.IsNamespaced);
        json.WriteString("kind", resource.Kind.Kind);
        DiscoveryGroup.WriteStrings(json, "verbs", resource.Info.Verbs, isRequired: true);
        DiscoveryGroup.WriteStrings(json, "shortNames", resource.Info.ShortNames);
        DiscoveryGroup.WriteStrings(json, "categories", resource.Info.Categories);
        if (resource.IsStored)
            json.WriteString("storageVersionHash", resource.Info.StorageVersionHash());
        json.WriteEndObject();
    }

    private static void WriteSubresource(Utf8JsonWriter json, DiscoveryResource resource, SubresourceInfo subresource)
    {
        var kind = resource.KindOf(subresource);
        json.WriteStartObject();
        json.WriteString("name", $"{resource.Info.Plural}/{subresource.Name}");
        json.WriteString("singularName", "");
        json.WriteBoolean("namespaced", resource.IsNamespaced);
        if (kind.GroupVersion != resource.Kind.GroupVersion)
        {
            json.WriteString("group", kind.Group);
            json.WriteString("version", kind.Version);
        }

        json.WriteString("kind", kind.Kind);
        DiscoveryGroup.WriteStrings(json, "verbs", subresource.Verbs, isRequired: true);
        json.WriteEndObject();
    }

    private static void WriteTypeMeta(Utf8JsonWriter json, string kind, string apiVersion)
    {
        json.WriteString("kind", kind);
        if (apiVersion.Length > 0)
            json.WriteString("apiVersion", apiVersion);
    }
}
