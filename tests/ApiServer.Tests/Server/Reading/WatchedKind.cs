using System.Text.Json.Nodes;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>A kind that the tests of lists and watches are run with: they say nothing that is not true of every namespaced kind.</summary>
/// <param name="Name">For the test's name.</param>
/// <param name="Root">"api/v1"</param>
/// <param name="Plural">"configmaps"</param>
/// <param name="Kind">"ConfigMap"</param>
/// <param name="Content">What an object has beside its metadata, as JSON members behind a comma.</param>
/// <param name="HasProtobuf">Custom resources have none.</param>
public sealed record WatchedKind(string Name, string Root, string Plural, string Kind, string Content, bool HasProtobuf)
{
    /// <summary>All that the tests run with. Another kind is another line.</summary>
    public static WatchedKind[] All { get; } =
    [
        new("configmaps", "api/v1", "configmaps", "ConfigMap", ""","data":{"k":"v"}""", HasProtobuf: true),
        new("leases", "apis/coordination.k8s.io/v1", "leases", "Lease", ""","spec":{"holderIdentity":"me"}""", HasProtobuf: true),
    ];

    /// <summary>The collection of a new namespace.</summary>
    public async Task<string> CollectionAsync() => In(await NamespaceAsync());

    /// <summary>The collection of a namespace.</summary>
    public string In(string ns) => $"{Root}/namespaces/{ns}/{Plural}";

    /// <summary>Creates an object.</summary>
    public Task<JsonNode> CreateAsync(string collection, string name, string color = "red") => OkAsync(
        HttpMethod.Post, collection, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"c":"{{{color}}}"} }{{{Content}}} }""");

    /// <summary>Gives an object another color.</summary>
    public static Task<JsonNode> PaintAsync(string collection, string name, string color) =>
        OkAsync(HttpMethod.Patch, $"{collection}/{name}", $$$"""{"metadata":{"labels":{"c":"{{{color}}}"} } }""", "application/merge-patch+json");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
