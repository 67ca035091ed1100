using System.Net;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Creating, replacing, patching and deleting over HTTP.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WriteTests
{
    [Test]
    public async Task An_object_is_created_read_replaced_and_deleted()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var made = await SendAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created));
        var uid = made.Json["metadata"]!["uid"]!.GetValue<string>();

        var read = await OkAsync(HttpMethod.Get, maps + "/a");
        Assert.That(read.ToJsonString(), Is.EqualTo(made.Json.ToJsonString()), "a write is answered with what a read gives");

        read["data"]!["k"] = "w";
        var replaced = await OkAsync(HttpMethod.Put, maps + "/a", read.ToJsonString());
        Assert.That(replaced["data"]!["k"]!.GetValue<string>(), Is.EqualTo("w"));
        Assert.That(replaced["metadata"]!["uid"]!.GetValue<string>(), Is.EqualTo(uid));

        var gone = await OkAsync(HttpMethod.Delete, maps + "/a");
        Assert.That(gone["status"]!.GetValue<string>(), Is.EqualTo("Success"));
        Assert.That(gone["details"]!["uid"]!.GetValue<string>(), Is.EqualTo(uid));
        Assert.That((await SendAsync(HttpMethod.Get, maps + "/a")).Message, Is.EqualTo("configmaps \"a\" not found"));
    }

    [Test]
    public async Task A_stale_resource_version_is_a_conflict()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var first = await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        await OkAsync(HttpMethod.Patch, maps + "/a", """{"data":{"k":"1"}}""", "application/merge-patch+json");
        var late = await SendAsync(HttpMethod.Put, maps + "/a", first.ToJsonString());
        Assert.That(late.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(late.Message, Is.EqualTo(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again"));
    }

    [Test]
    public async Task A_dry_run_answers_as_if_and_stores_nothing()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var made = await SendAsync(HttpMethod.Post, maps + "?dryRun=All", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(made.Json["metadata"]!["uid"], Is.Not.Null);
        Assert.That((await SendAsync(HttpMethod.Get, maps + "/a")).Code, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("application/merge-patch+json", """{"data":{"k":"2","gone":null}}""")]
    [TestCase("application/strategic-merge-patch+json", """{"data":{"k":"2","gone":null}}""")]
    [TestCase("application/json-patch+json", """[{"op":"replace","path":"/data/k","value":"2"},{"op":"remove","path":"/data/gone"}]""")]
    public async Task Patches_change_what_they_name(string contentType, string patch)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"},"data":{"k":"1","gone":"x","kept":"y"}}""");
        var patched = await OkAsync(HttpMethod.Patch, maps + "/a", patch, contentType);
        Assert.That(patched["data"]!.ToJsonString(), Is.EqualTo("""{"k":"2","kept":"y"}"""));
    }

    [Test]
    public async Task A_json_patch_that_does_not_fit_is_422()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        var refused = await SendAsync(HttpMethod.Patch, maps + "/a", """[{"op":"test","path":"/data/k","value":"2"}]""", "application/json-patch+json");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((422, "the server rejected our request due to an error in our request")));
    }

    [Test]
    public async Task Applying_creates_owns_and_conflicts()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        const string Apply = "application/apply-patch+yaml";
        const string Yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: one\n";
        var made = await SendAsync(HttpMethod.Patch, maps + "/a?fieldManager=first", Yaml, Apply);
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);

        var other = Yaml.Replace("one", "two", StringComparison.Ordinal);
        var conflict = await SendAsync(HttpMethod.Patch, maps + "/a?fieldManager=second", other, Apply);
        Assert.That(conflict.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(conflict.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"first\": .data.k"));

        var forced = await OkAsync(HttpMethod.Patch, maps + "/a?fieldManager=second&force=true", other, Apply);
        Assert.That(forced["data"]!["k"]!.GetValue<string>(), Is.EqualTo("two"));
        var managers = forced["metadata"]!["managedFields"]!.AsArray().Select(entry => entry!["manager"]!.GetValue<string>());
        Assert.That(managers, Is.EqualTo(new[] { "second" }), "who owns nothing any more is forgotten");
    }

    [Test]
    public async Task Applying_without_a_manager_is_refused()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Patch, maps + "/a", """{"apiVersion":"v1","kind":"ConfigMap"}""", "application/apply-patch+yaml");
        Assert.That(refused.Message, Is.EqualTo("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"));
    }

    [Test]
    public async Task A_collection_is_deleted_by_label()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        foreach (var (name, app) in new[] { ("a", "x"), ("b", "y"), ("c", "x") })
            await OkAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"app":"{{{app}}}"} } }""");
        var gone = await OkAsync(HttpMethod.Delete, maps + "?labelSelector=app%3Dx");
        Assert.That(gone["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>()), Is.EqualTo(new[] { "a", "c" }));
        var left = await OkAsync(HttpMethod.Get, maps);
        Assert.That(left["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>()), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task New_objects_need_a_namespace_that_exists()
    {
        var refused = await SendAsync(HttpMethod.Post, "api/v1/namespaces/nowhere/configmaps", """{"metadata":{"name":"a"}}""");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((404, "namespaces \"nowhere\" not found")));
    }

    [Test]
    public async Task The_systems_namespaces_stay()
    {
        var refused = await SendAsync(HttpMethod.Delete, "api/v1/namespaces/kube-system");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((403, "namespaces \"kube-system\" is forbidden: this namespace may not be deleted")));
    }

    [Test]
    public async Task Concurrent_patches_are_all_applied()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            OkAsync(HttpMethod.Patch, maps + "/a", $$$"""{"data":{"k{{{i}}}":"v"} }""", "application/merge-patch+json")));
        var read = await OkAsync(HttpMethod.Get, maps + "/a");
        Assert.That(read["data"]!.AsObject(), Has.Count.EqualTo(20));
    }
}
