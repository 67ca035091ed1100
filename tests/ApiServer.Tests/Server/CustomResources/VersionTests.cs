using System.Text.Json.Nodes;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.CustomResources;

/// <summary>Kinds in several versions: what each knows, how one becomes the other, and which is stored.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class VersionTests
{
    private const string Size = """{"size":{"type":"integer"}}""";

    [Test]
    public async Task Each_version_keeps_what_its_schema_knows()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Size, definition => AddVersion(definition, "v2", """{"size":{"type":"integer"},"color":{"type":"string"}}""")));
        await OkAsync(HttpMethod.Post, kind.In(space, "v2"), kind.Widget("a", """{"size":1,"color":"red"}""", "v2"));
        var old = await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a");
        Assert.That((old["apiVersion"]!.GetValue<string>(), old["spec"]!.ToJsonString()), Is.EqualTo(($"{kind.Group}/v1", """{"size":1}""")));
    }

    [Test]
    public async Task A_deprecated_version_warns_and_one_that_is_not_served_is_not_found()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Size, definition =>
        {
            AddVersion(definition, "v1beta1", Size)["deprecated"] = true;
            AddVersion(definition, "v1alpha1", Size)["served"] = false;
        }));
        var answer = await SendAsync(HttpMethod.Get, kind.In(space, "v1beta1"));
        Assert.That(answer.Warnings, Is.EqualTo(new[] { $"299 - \"{kind.Group}/v1beta1 Widget is deprecated\"" }));
        Assert.That((int)(await SendAsync(HttpMethod.Get, kind.In(space, "v1alpha1"))).Code, Is.EqualTo(404));
        var group = await OkAsync(HttpMethod.Get, $"apis/{kind.Group}");
        Assert.That(group["preferredVersion"]!["version"]!.GetValue<string>(), Is.EqualTo("v1"));
    }

    [Test]
    public async Task A_webhook_converts_what_is_written_and_read_in_another_version()
    {
        await using var webhook = await ConversionServer.StartAsync();
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Size, definition =>
        {
            AddVersion(definition, "v2", """{"length":{"type":"integer"}}""");
            definition["spec"]!["conversion"] = webhook.Conversion;
        }));
        var made = await OkAsync(HttpMethod.Post, kind.In(space, "v2"), kind.Widget("a", """{"length":3}""", "v2"));
        Assert.That(made["spec"]!.ToJsonString(), Is.EqualTo("""{"length":3}"""));
        Assert.That((await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a"))["spec"]!.ToJsonString(), Is.EqualTo("""{"size":3}"""));
        var patched = await OkAsync(HttpMethod.Patch, $"{kind.In(space, "v2")}/a", """{"spec":{"length":4}}""", "application/merge-patch+json");
        Assert.That((patched["spec"]!["length"]!.GetValue<int>(), patched["metadata"]!["generation"]!.GetValue<int>()), Is.EqualTo((4, 2)));
    }

    [Test]
    public async Task A_webhook_that_does_not_answer_fails_the_request_and_nothing_else()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Size, definition =>
        {
            AddVersion(definition, "v2", Size);
            definition["spec"]!["conversion"] = JsonNode.Parse("""
                {"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://127.0.0.1:1/convert"}}}
                """);
        }));
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"size":1}"""));
        var failed = await SendAsync(HttpMethod.Get, $"{kind.In(space, "v2")}/a");
        Assert.That(((int)failed.Code, failed.Reason), Is.EqualTo((500, "InternalError")));
        Assert.That(failed.Message, Does.Contain($"conversion webhook for {kind.Group}/v2, Kind=Widget failed: "));
        await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a");
    }

    private static JsonNode AddVersion(JsonObject definition, string name, string properties)
    {
        var versions = definition["spec"]!["versions"]!.AsArray();
        var version = versions[0]!.DeepClone();
        (version["name"], version["storage"]) = (name, false);
        version["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["properties"] = JsonNode.Parse(properties);
        versions.Add(version);
        return version;
    }
}
