using System.Collections.Immutable;
using System.Text.Json;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>The new form of discovery: everything in two documents (apidiscovery.k8s.io/v2 APIGroupDiscoveryList).</summary>
internal static class AggregatedDiscovery
{
    /// <summary>The media type by which clients ask for it, and under which it is sent.</summary>
    public const string MediaType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <summary>Both documents and their paths.</summary>
    public static IEnumerable<(string Path, DiscoveryDocument Document)> Documents(ImmutableArray<DiscoveryGroup> groups)
    {
        yield return ("/api", DiscoveryDocument.Object(json => WriteList(json, groups.Where(group => group.Name.Length == 0))));
        yield return ("/apis", DiscoveryDocument.Object(json => WriteList(json, groups.Where(group => group.Name.Length > 0))));
    }

    private static void WriteList(Utf8JsonWriter json, IEnumerable<DiscoveryGroup> groups)
    {
        json.WriteString("kind", "APIGroupDiscoveryList");
        json.WriteString("apiVersion", "apidiscovery.k8s.io/v2");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteStartArray("items");
        foreach (var group in groups)
            WriteGroup(json, group);
        json.WriteEndArray();
    }

    private static void WriteGroup(Utf8JsonWriter json, DiscoveryGroup group)
    {
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        if (group.Name.Length > 0)
            json.WriteString("name", group.Name);
        json.WriteEndObject();
        json.WriteStartArray("versions");
        foreach (var (version, resources) in group.Versions)
        {
            json.WriteStartObject();
            json.WriteString("version", version.Version);
            json.WriteStartArray("resources");
            foreach (var resource in resources)
                WriteResource(json, resource);
            json.WriteEndArray();
            json.WriteString("freshness", "Current");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter json, DiscoveryResource resource)
    {
        json.WriteStartObject();
        json.WriteString("resource", resource.Info.Plural);
        WriteKind(json, resource.Kind, resource.Kind.GroupVersion);
        json.WriteString("scope", resource.IsNamespaced ? "Namespaced" : "Cluster");
        json.WriteString("singularResource", resource.Info.Singular);
        DiscoveryGroup.WriteStrings(json, "verbs", resource.Info.Verbs, isRequired: true);
        DiscoveryGroup.WriteStrings(json, "shortNames", resource.Info.ShortNames);
        DiscoveryGroup.WriteStrings(json, "categories", resource.Info.Categories);
        if (!resource.Info.Subresources.IsEmpty)
            WriteSubresources(json, resource);
        json.WriteEndObject();
    }

    private static void WriteSubresources(Utf8JsonWriter json, DiscoveryResource resource)
    {
        json.WriteStartArray("subresources");
        foreach (var subresource in resource.Info.Subresources.OrderBy(subresource => subresource.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("subresource", subresource.Name);
            WriteKind(json, resource.KindOf(subresource), resource.Kind.GroupVersion);
            DiscoveryGroup.WriteStrings(json, "verbs", subresource.Verbs, isRequired: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Group and version are empty where they are those of the document around it.
    private static void WriteKind(Utf8JsonWriter json, GroupVersionKind kind, GroupVersion around)
    {
        var isSame = kind.GroupVersion == around;
        json.WriteStartObject("responseKind");
        json.WriteString("group", isSame ? "" : kind.Group);
        json.WriteString("version", isSame ? "" : kind.Version);
        json.WriteString("kind", kind.Kind);
        json.WriteEndObject();
    }
}
