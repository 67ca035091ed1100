using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.ApiServer.OpenApi;
using ControlPlane.Types;

namespace ControlPlane.ApiServer.Tests.OpenApi;

/// <summary>The documents must be upstream's, descriptions aside.</summary>
internal sealed class OpenApiV3Tests
{
    private static readonly OpenApiSnapshot Snapshot = OpenApiSnapshot.Build(
        DiscoverySnapshot.Build(BuiltInTypes.AllResources().Select(DiscoveryResource.Of), "192.0.2.2:7443"), kind => BuiltInTypes.Find(kind)?.Descriptor);

    [Test]
    public void The_index_names_upstreams_documents()
    {
        var index = JsonNode.Parse(Snapshot.Index.Json)!["paths"]!.AsObject();
        var expected = Golden.Json("openapi-v3", "index.json").AsArray().Select(name => (string)name!).Order(StringComparer.Ordinal);
        Assert.That(index.Select(pair => pair.Key).Order(StringComparer.Ordinal), Is.EqualTo(expected));
        Assert.That((string)index["apis/apps/v1"]!["serverRelativeURL"]!, Does.Match("^/openapi/v3/apis/apps/v1\\?hash=[0-9A-F]{128}$"));
    }

    [TestCaseSource(nameof(Documents))]
    public void A_document_equals_upstreams(string name)
    {
        var expected = Strip(Golden.Json("openapi-v3", name.Replace('/', '.') + ".json"));
        var served = Strip(JsonNode.Parse(Snapshot.Find(name)!.Json)!);
        Assert.That(Golden.Difference(expected, served), Is.Null);
    }

    [Test]
    public void Nearly_every_field_is_described()
    {
        var fields = Snapshot.Names
            .SelectMany(name => JsonNode.Parse(Snapshot.Find(name)!.Json)!["components"]!["schemas"]?.AsObject() ?? [])
            .Where(type => type.Key.StartsWith("io.k8s.api.", StringComparison.Ordinal))
            .SelectMany(type => type.Value!["properties"]?.AsObject() ?? [])
            .ToList();
        var described = fields.Count(field => field.Value!["description"] is not null);
        Assert.That(described, Is.GreaterThan(fields.Count * 95 / 100), $"{described} of {fields.Count}");
        Assert.That((string?)JsonNode.Parse(Snapshot.Find("api/v1")!.Json)!["components"]!["schemas"]!["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!["description"],
            Does.StartWith("List of containers belonging to the pod."));
    }

    private static IEnumerable<string> Documents() => Snapshot.Names;

    // Descriptions are in no golden file; what is required is a set.
    private static JsonNode Strip(JsonNode node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list.OfType<JsonNode>())
                Strip(item);
        }
        else if (node is JsonObject map)
        {
            if (map["required"] is JsonArray required)
                map["required"] = new JsonArray([.. required.Select(name => (string)name!).Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
            if (map["description"] is JsonValue)
                map.Remove("description");
            foreach (var (_, item) in map)
            {
                if (item is not null)
                    Strip(item);
            }
        }

        return node;
    }
}
