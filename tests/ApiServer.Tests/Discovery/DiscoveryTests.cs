using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.Types;

namespace ControlPlane.ApiServer.Tests.Discovery;

/// <summary>What is served must be what upstream serves, document by document.</summary>
internal sealed class DiscoveryTests
{
    private static readonly DiscoverySnapshot Snapshot = DiscoverySnapshot.Build(BuiltInTypes.AllResources().Select(DiscoveryResource.Of), "192.0.2.2:7443");

    [Test]
    public void Every_legacy_document_equals_upstreams()
    {
        var wrong = new List<string>();
        foreach (var file in Directory.GetFiles(Golden.Directory("discovery"), "api*.json"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name.EndsWith("-aggregated", StringComparison.Ordinal))
                continue;
            var path = PathOf(name);
            var served = Snapshot.Legacy(path);
            var difference = served is null ? "not served" : Golden.Difference(JsonNode.Parse(File.ReadAllText(file)), JsonNode.Parse(served.Bytes));
            if (difference is not null)
                wrong.Add($"{path}: {difference}");
        }

        Assert.That(wrong, Is.Empty);
    }

    [TestCase("/api", "api-aggregated.json")]
    [TestCase("/apis", "apis-aggregated.json")]
    public void The_aggregated_documents_equal_upstreams(string path, string file) =>
        Assert.That(Golden.Difference(Golden.Json("discovery", file), JsonNode.Parse(Snapshot.Aggregated(path)!.Bytes)), Is.Null);

    [Test]
    public void The_tag_changes_with_the_document_alone()
    {
        var same = DiscoverySnapshot.Build(BuiltInTypes.AllResources().Select(DiscoveryResource.Of), "192.0.2.2:7443");
        var fewer = DiscoverySnapshot.Build(BuiltInTypes.AllResources().Skip(60).Select(DiscoveryResource.Of), "192.0.2.2:7443");
        Assert.That(same.Aggregated("/apis")!.ETag, Is.EqualTo(Snapshot.Aggregated("/apis")!.ETag));
        Assert.That(fewer.Aggregated("/apis")!.ETag, Is.Not.EqualTo(Snapshot.Aggregated("/apis")!.ETag));
    }

    [Test]
    public void Versions_stand_in_upstreams_order()
    {
        string[] shuffled = ["foo1", "v1beta1", "v10", "v2", "foo10", "v1alpha2", "v1", "v11beta2", "v3beta1", "v12alpha1", "v10beta3"];
        Assert.That(shuffled.Order(VersionOrder.MostPreferredFirst),
            Is.EqualTo(new[] { "v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v1beta1", "v12alpha1", "v1alpha2", "foo1", "foo10" }));
    }

    [TestCase("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", true)]
    [TestCase("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", false)]
    [TestCase("application/json", false)]
    [TestCase("*/*", false)]
    [TestCase("", false)]
    public void The_client_chooses_the_form(string accept, bool isAggregated) => Assert.That(DiscoveryPreference.IsAggregated(accept), Is.EqualTo(isAggregated));

    // "apis.apps.v1" is /apis/apps/v1; group names have dots of their own
    private static string PathOf(string name)
    {
        if (name is "api" or "apis")
            return "/" + name;
        if (name.StartsWith("api.", StringComparison.Ordinal))
            return "/api/" + name[4..];
        var dot = name.LastIndexOf('.');
        return $"/apis/{name[5..dot]}/{name[(dot + 1)..]}";
    }
}
