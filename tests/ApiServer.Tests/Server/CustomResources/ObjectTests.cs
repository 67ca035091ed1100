using System.Text.Json.Nodes;
using ControlPlane.TestKit;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.CustomResources;

/// <summary>Objects of kinds that are made at run time, by everything that can be done with objects.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ObjectTests
{
    private const string Properties = """
        {"replicas":{"type":"integer","minimum":0,"maximum":10},"mode":{"type":"string","enum":["a","b"],"default":"a"},"tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
         "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"number":{"type":"integer"}}}},
         "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"any":{"x-kubernetes-int-or-string":true},"maybe":{"type":"string","nullable":true},
         "labels":{"type":"object","additionalProperties":{"type":"string","maxLength":5}},
         "one":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}},"oneOf":[{"required":["x"]},{"required":["y"]}]}}
        """;

    private static CustomKind _kind = null!;

    [OneTimeSetUp]
    public static async Task DefineAsync() => _kind = await CustomKind.CreateAsync(Properties, definition =>
        definition["spec"]!["versions"]![0]!["additionalPrinterColumns"] = JsonNode.Parse("""
            [{"name":"Mode","type":"string","jsonPath":".spec.mode"},{"name":"Replicas","type":"integer","jsonPath":".spec.replicas"},{"name":"Second","type":"string","jsonPath":".spec.ports[1].name"}]
            """));

    [TestCase("""{"replicas":11}""", "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10")]
    [TestCase("""{"replicas":"x"}""", "spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\"")]
    [TestCase("""{"mode":"c"}""", "spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\"")]
    [TestCase("""{"tags":["a","b","a"]}""", "spec.tags[2]: Duplicate value: \"a\"")]
    [TestCase("""{"ports":[{"name":"a"},{"name":"a"}]}""", "spec.ports[1]: Duplicate value: {\"name\":\"a\"}")]
    [TestCase("""{"ports":[{}]}""", "spec.ports[0].name: Required value")]
    [TestCase("""{"any":true}""", "spec.any: Invalid value: \"boolean\": spec.any in body must be of type integer,string: \"boolean\"")]
    [TestCase("""{"labels":{"k":"toolong"}}""", "spec.labels.k: Too long: may not be more than 5 bytes")]
    [TestCase("""{"one":{"x":"1","y":"2"}}""", "<nil>: Invalid value: \"\": \"spec.one\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    public async Task An_object_that_does_not_fit_its_schema_is_refused(string spec, string told)
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        var refused = await SendAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", spec));
        Assert.That((int)refused.Code, Is.EqualTo(422), refused.Text);
        Assert.That(refused.Message, Does.Contain(told));
    }

    [Test]
    public async Task Unknown_fields_are_pruned_and_defaults_filled_in()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        var answer = await SendAsync(HttpMethod.Post, $"{kind.In(space)}?fieldValidation=Warn", kind.Widget("a", """{"bogus":1,"free":{"kept":{"deep":1}},"mode":null,"maybe":null,"replicas":null}"""));
        Assert.That(answer.Json["spec"]!.ToJsonString(), Is.EqualTo("""{"free":{"kept":{"deep":1}},"maybe":null,"mode":"a"}"""));
        Assert.That(answer.Warnings, Is.EqualTo(new[] { "299 - \"unknown field \\\"spec.bogus\\\"\"" }));
        var strict = await SendAsync(HttpMethod.Post, $"{kind.In(space)}?fieldValidation=Strict", kind.Widget("b", """{"bogus":1}"""));
        Assert.That(strict.Message, Is.EqualTo("Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.bogus\""));
    }

    [Test]
    public async Task Who_creates_an_object_owns_the_structs_it_states()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        var made = await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"free":{"x":1},"replicas":1}"""));
        Assert.That(
            made["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString(),
            Is.EqualTo("""{"f:spec":{".":{},"f:free":{".":{},"f:x":{}},"f:mode":{},"f:replicas":{}}}"""));
    }

    [Test]
    public async Task Applying_a_status_makes_no_object()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        var refused = await SendAsync(HttpMethod.Patch, $"{kind.In(space)}/none/status?fieldManager=m", kind.Widget("none", "{}"), "application/apply-patch+yaml");
        Assert.That(refused.Message, Is.EqualTo($"widgets.{kind.Group} \"none\" not found"));
    }

    [Test]
    public async Task The_generation_grows_with_the_spec_and_not_with_metadata_or_status()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"replicas":1}"""));
        Assert.That(await PatchedAsync(kind, space, "", """{"metadata":{"labels":{"l":"1"}}}"""), Is.EqualTo(1));
        Assert.That(await PatchedAsync(kind, space, "", """{"spec":{"replicas":2},"status":{"replicas":7}}"""), Is.EqualTo(2));
        Assert.That(await PatchedAsync(kind, space, "/status", """{"spec":{"replicas":3},"status":{"replicas":2}}"""), Is.EqualTo(2));
        var now = await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a");
        Assert.That((now["spec"]!["replicas"]!.GetValue<int>(), now["status"]!["replicas"]!.GetValue<int>()), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task Scale_reads_and_writes_the_declared_paths()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"replicas":1}"""));
        var scale = await OkAsync(HttpMethod.Patch, $"{kind.In(space)}/a/scale", """{"spec":{"replicas":4}}""", "application/merge-patch+json");
        Assert.That((scale["kind"]!.GetValue<string>(), scale["spec"]!["replicas"]!.GetValue<int>()), Is.EqualTo(("Scale", 4)));
        Assert.That((await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a"))["spec"]!["replicas"]!.GetValue<int>(), Is.EqualTo(4));
    }

    [Test]
    public async Task Tables_have_the_declared_columns()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"replicas":3,"ports":[{"name":"p"},{"name":"q"}]}"""));
        var table = await SendAsync(HttpMethod.Get, kind.In(space), accept: "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.That(table.Json["columnDefinitions"]!.AsArray().Select(column => column!["name"]!.GetValue<string>()), Is.EqualTo(new[] { "Name", "Mode", "Replicas", "Second" }));
        Assert.That(table.Json["rows"]![0]!["cells"]!.ToJsonString(), Is.EqualTo("""["a","a",3,"q"]"""));
    }

    [TestCase("application/strategic-merge-patch+json", 415)]
    [TestCase("application/merge-patch+json", 200)]
    public async Task Patches_but_strategic_ones_are_taken(string type, int code)
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", "{}"));
        Assert.That((int)(await SendAsync(HttpMethod.Patch, $"{kind.In(space)}/a", """{"spec":{"replicas":2}}""", type)).Code, Is.EqualTo(code));
    }

    [Test]
    public async Task There_is_no_protobuf_form()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        Assert.That((int)(await SendAsync(HttpMethod.Get, kind.In(space), accept: "application/vnd.kubernetes.protobuf")).Code, Is.EqualTo(406));
        Assert.That((int)(await SendAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", "{}"), "application/vnd.kubernetes.protobuf")).Code, Is.EqualTo(415));
    }

    [Test]
    public async Task Applied_items_of_map_lists_are_owned_each_for_itself()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        await ApplyAsync(kind, space, "one", """{"ports":[{"name":"p","number":1}],"tags":["x"]}""");
        var made = await ApplyAsync(kind, space, "two", """{"ports":[{"name":"q","number":2}],"tags":["y"]}""");
        Assert.That(made["spec"]!["ports"]!.AsArray().Count, Is.EqualTo(2));
        Assert.That(made["spec"]!["tags"]!.ToJsonString(), Is.EqualTo("""["x","y"]"""));
        var refused = await SendAsync(HttpMethod.Patch, $"{kind.In(space)}/a?fieldManager=two", kind.Widget("a", """{"ports":[{"name":"p","number":3}]}"""), "application/apply-patch+yaml");
        Assert.That(refused.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"one\": .spec.ports[name=\"p\"].number"));
    }

    [Test]
    public async Task A_watch_tells_of_changes()
    {
        var (space, kind) = (await NamespaceAsync(), _kind);
        var from = (await OkAsync(HttpMethod.Get, kind.In(space)))["metadata"]!["resourceVersion"]!.GetValue<string>();
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", "{}"));
        await OkAsync(HttpMethod.Delete, $"{kind.In(space)}/a");
        var events = await SendAsync(HttpMethod.Get, $"{kind.In(space)}?watch=true&timeoutSeconds=1&resourceVersion={from}");
        Assert.That(events.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["type"]!.GetValue<string>()), Is.EqualTo(new[] { "ADDED", "DELETED" }));
    }

    [Test]
    public async Task OpenApi_publishes_the_schema()
    {
        var kind = _kind;
        var document = await OkAsync(HttpMethod.Get, $"openapi/v3/apis/{kind.Group}/v1");
        var schema = document["components"]!["schemas"]![$"com.example.{kind.Group.Split('.')[0]}.v1.Widget"]!;
        Assert.That(schema["properties"]!["spec"]!["properties"]!["replicas"]!.ToJsonString(), Is.EqualTo("""{"maximum":10,"minimum":0,"type":"integer"}"""));
        Assert.That(schema["x-kubernetes-group-version-kind"]!.ToJsonString(), Is.EqualTo($$"""[{"group":"{{kind.Group}}","kind":"Widget","version":"v1"}]"""));
    }

    private static async Task<int> PatchedAsync(CustomKind kind, string space, string subresource, string patch) =>
        (await OkAsync(HttpMethod.Patch, $"{kind.In(space)}/a{subresource}", patch, "application/merge-patch+json"))["metadata"]!["generation"]!.GetValue<int>();

    private static Task<JsonNode> ApplyAsync(CustomKind kind, string space, string manager, string spec) =>
        OkAsync(HttpMethod.Patch, $"{kind.In(space)}/a?fieldManager={manager}", kind.Widget("a", spec), "application/apply-patch+yaml");
}
