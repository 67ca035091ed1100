using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>Which fields the kinds can be selected by, and what they say of others.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class FieldSelectorTests
{
    [TestCase("api/v1/configmaps", "spec.x", "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [TestCase("api/v1/pods", "spec.x", "field label not supported: spec.x")]
    [TestCase("api/v1/nodes", "metadata.namespace", "field label not supported: metadata.namespace")]
    [TestCase("api/v1/namespaces", "metadata.namespace", "field label not supported: metadata.namespace")]
    [TestCase("api/v1/events", "spec.x", "field label not supported: spec.x")]
    [TestCase("api/v1/secrets", "data", "field label not supported: data")]
    [TestCase("api/v1/services", "spec.x", "field label not supported: spec.x")]
    [TestCase("apis/apps/v1/deployments", "spec.replicas", "\"spec.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    public async Task An_unknown_field_is_refused_in_the_kinds_own_words(string collection, string field, string message)
    {
        foreach (var watch in new[] { "", "&watch=true" })
        {
            var refused = await SendAsync(HttpMethod.Get, $"{collection}?fieldSelector={field}%3D1{watch}");
            Assert.That(((int)refused.Code, refused.Reason, refused.Message), Is.EqualTo((400, "BadRequest", message)));
        }
    }

    [Test]
    public async Task Cluster_scoped_kinds_with_upstreams_default_fields_know_a_namespace_that_nothing_is_in()
    {
        var list = await OkAsync(HttpMethod.Get, "apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace%3Dx");
        Assert.That(list["items"]!.AsArray(), Is.Empty);
    }
}
