using System.Text.Json;

namespace ControlPlane.Conformance.ApiMachinery;

/// <summary>How clients find out what the server serves.</summary>
internal sealed class DiscoveryTests
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Test, Conformance("[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface [Conformance]")]
    public async Task One_document_tells_of_all_groups()
    {
        using var groups = JsonDocument.Parse(await SharedCluster.Client.ReadAsync("apis", Aggregated));
        using var core = JsonDocument.Parse(await SharedCluster.Client.ReadAsync("api", Aggregated));
        Assert.That(ResourcesOf(groups, "apps", "v1"), Is.SupersetOf(new[] { "deployments", "replicasets", "statefulsets", "daemonsets" }));
        Assert.That(ResourcesOf(groups, "batch", "v1"), Is.SupersetOf(new[] { "jobs", "cronjobs" }));
        Assert.That(ResourcesOf(groups, "admissionregistration.k8s.io", "v1"), Does.Contain("validatingwebhookconfigurations"));
        Assert.That(ResourcesOf(core, "", "v1"), Is.SupersetOf(new[] { "pods", "services", "configmaps", "namespaces" }));
    }

    [Test, Conformance("[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers [Conformance]")]
    public async Task The_accepted_type_decides_whether_discovery_is_aggregated()
    {
        foreach (var path in new[] { "api", "apis" })
        {
            using var aggregated = await SharedCluster.Client.SendAsync(HttpMethod.Get, path, null, Aggregated);
            Assert.That(aggregated.Content.Headers.ContentType!.ToString().Replace(" ", "", StringComparison.Ordinal), Is.EqualTo(Aggregated));
            Assert.That(KindOf(await aggregated.Content.ReadAsStringAsync()), Is.EqualTo("APIGroupDiscoveryList"));

            var plain = KindOf(await SharedCluster.Client.ReadAsync(path));
            Assert.That(plain, Is.EqualTo(path == "api" ? "APIVersions" : "APIGroupList"));
            // What the server does not know is passed over for what it knows.
            Assert.That(KindOf(await SharedCluster.Client.ReadAsync(path, $"application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,{Aggregated},application/json")), Is.EqualTo("APIGroupDiscoveryList"));
        }
    }

    [Test, Conformance("[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup [Conformance]")]
    public async Task Each_group_prefers_one_of_its_versions()
    {
        foreach (var group in await GroupsAsync())
        {
            using var own = JsonDocument.Parse(await SharedCluster.Client.ReadAsync($"apis/{group.GetProperty("name").GetString()}"));
            var preferred = own.RootElement.GetProperty("preferredVersion").GetProperty("groupVersion").GetString();
            Assert.That(preferred, Is.EqualTo(group.GetProperty("preferredVersion").GetProperty("groupVersion").GetString()));
            Assert.That(VersionsOf(own.RootElement), Does.Contain(preferred));
        }
    }

    [Test, Conformance("[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup [Conformance]")]
    public async Task Each_version_of_a_group_lists_its_resources()
    {
        var groups = await GroupsAsync();
        Assert.That(groups.SelectMany(VersionsOf), Is.SupersetOf(new[] { "apps/v1", "batch/v1", "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1" }));
        foreach (var version in groups.SelectMany(VersionsOf))
        {
            using var list = JsonDocument.Parse(await SharedCluster.Client.ReadAsync($"apis/{version}"));
            Assert.That(list.RootElement.GetProperty("groupVersion").GetString(), Is.EqualTo(version));
            Assert.That(list.RootElement.GetProperty("resources").GetArrayLength(), Is.GreaterThan(0), version);
        }
    }

    private static async Task<List<JsonElement>> GroupsAsync()
    {
        using var list = JsonDocument.Parse(await SharedCluster.Client.ReadAsync("apis"));
        return [.. list.RootElement.GetProperty("groups").EnumerateArray().Select(static group => group.Clone())];
    }

    private static IEnumerable<string> VersionsOf(JsonElement group) =>
        group.GetProperty("versions").EnumerateArray().Select(static version => version.GetProperty("groupVersion").GetString()!);

    private static List<string?> ResourcesOf(JsonDocument discovery, string group, string version) =>
    [
        .. discovery.RootElement.GetProperty("items").EnumerateArray()
            .Where(item => (item.GetProperty("metadata").TryGetProperty("name", out var name) ? name.GetString() : "") == group)
            .SelectMany(static item => item.GetProperty("versions").EnumerateArray())
            .Where(one => one.GetProperty("version").GetString() == version)
            .SelectMany(static one => one.GetProperty("resources").EnumerateArray())
            .Select(static resource => resource.GetProperty("resource").GetString()),
    ];

    private static string? KindOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("kind").GetString();
    }
}
