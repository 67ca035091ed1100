using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>All discovery documents of one state of the catalog, built at once and sent as bytes.</summary>
internal sealed class DiscoverySnapshot
{
    private readonly FrozenDictionary<string, DiscoveryDocument> _legacy;
    private readonly FrozenDictionary<string, DiscoveryDocument> _aggregated;

    private DiscoverySnapshot(ImmutableArray<DiscoveryGroup> groups, string serverAddress)
    {
        Groups = groups;
        _legacy = LegacyDiscovery.Documents(groups, serverAddress).ToFrozenDictionary(pair => pair.Path, pair => pair.Document, StringComparer.Ordinal);
        _aggregated = AggregatedDiscovery.Documents(groups).ToFrozenDictionary(pair => pair.Path, pair => pair.Document, StringComparer.Ordinal);
    }

    /// <summary>The groups in their order; the core group, where it is served, is among them.</summary>
    public ImmutableArray<DiscoveryGroup> Groups { get; }

    /// <summary>Builds the documents.</summary>
    /// <param name="resources">All that is served.</param>
    /// <param name="serverAddress">Where clients of any network reach the server: "address:port".</param>
    public static DiscoverySnapshot Build(IEnumerable<DiscoveryResource> resources, string serverAddress) => new(
    [
        .. resources
            .GroupBy(resource => resource.Kind.Group, StringComparer.Ordinal)
            .Select(DiscoveryGroup.Of)
            .OrderByDescending(group => group.Priority)
            .ThenBy(group => group.Name, StringComparer.Ordinal),
    ], serverAddress);

    /// <summary>The document at a path ("/apis/apps/v1"), in the old form; null where there is none.</summary>
    public DiscoveryDocument? Legacy(string path) => _legacy.GetValueOrDefault(path);

    /// <summary>The APIGroupDiscoveryList at "/api" or "/apis"; null elsewhere.</summary>
    public DiscoveryDocument? Aggregated(string path) => _aggregated.GetValueOrDefault(path);
}

/// <summary>A group with its versions, the preferred one first.</summary>
/// <param name="Name">"" for core.</param>
/// <param name="Priority">Higher groups stand first.</param>
/// <param name="Versions">The versions and their resources, by plural.</param>
internal sealed record DiscoveryGroup(string Name, int Priority, ImmutableArray<(GroupVersion Version, ImmutableArray<DiscoveryResource> Resources)> Versions)
{
    internal static DiscoveryGroup Of(IGrouping<string, DiscoveryResource> group) => new(
        group.Key,
        group.Max(resource => GroupPriorities.Of(resource.Kind.GroupVersion).Group),
        [
            .. group
                .GroupBy(resource => resource.Kind.GroupVersion)
                .OrderByDescending(version => GroupPriorities.Of(version.Key).Version)
                .ThenBy(version => version.Key.Version, VersionOrder.MostPreferredFirst)
                .Select(version => (version.Key, version.OrderBy(resource => resource.Info.Plural, StringComparer.Ordinal).ToImmutableArray())),
        ]);

    /// <summary>"/api/v1", "/apis/apps/v1".</summary>
    internal static string PathOf(GroupVersion version) => version.Group.Length == 0 ? $"/api/{version.Version}" : $"/apis/{version.Group}/{version.Version}";

    internal static void WriteStrings(Utf8JsonWriter json, string property, IReadOnlyCollection<string> values, bool isRequired = false)
    {
        if (values.Count == 0 && !isRequired)
            return;
        json.WriteStartArray(property);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
