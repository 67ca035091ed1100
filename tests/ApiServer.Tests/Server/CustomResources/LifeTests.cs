using System.Text.Json.Nodes;
using ControlPlane.TestKit;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.CustomResources;

/// <summary>Definitions come and go, and with them what is served.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class LifeTests
{
    private const string Replicas = """{"replicas":{"type":"integer","minimum":0,"maximum":10,"default":1},"note":{"type":"string"}}""";

    [Test]
    public async Task An_established_kind_is_served_and_discovered()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Replicas));
        var made = await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"note":"x"}"""));
        Assert.That(made["spec"]!.ToJsonString(), Is.EqualTo("""{"note":"x","replicas":1}"""));
        Assert.That(made["metadata"]!["generation"]!.GetValue<int>(), Is.EqualTo(1));
        var list = await OkAsync(HttpMethod.Get, kind.In(space));
        Assert.That(list["kind"]!.GetValue<string>(), Is.EqualTo("WidgetList"));
        Assert.That(list["items"]![0]!["kind"]!.GetValue<string>(), Is.EqualTo("Widget"));

        var resources = (await OkAsync(HttpMethod.Get, $"apis/{kind.Group}/v1"))["resources"]!.AsArray();
        Assert.That(resources.Select(resource => resource!["name"]!.GetValue<string>()), Is.EqualTo(new[] { "widgets", "widgets/scale", "widgets/status" }));
        Assert.That(resources[0]!["verbs"]!.ToJsonString(), Is.EqualTo("""["delete","deletecollection","get","list","patch","create","update","watch"]"""));
        var groups = (await OkAsync(HttpMethod.Get, "apis"))["groups"]!.AsArray();
        Assert.That(groups.Select(group => group!["name"]!.GetValue<string>()), Does.Contain(kind.Group));
    }

    [Test]
    public async Task The_status_tells_the_names_and_conditions()
    {
        var kind = await CustomKind.CreateAsync(Replicas);
        var status = (await OkAsync(HttpMethod.Get, kind.Path))["status"]!;
        Assert.That(status["acceptedNames"]!["singular"]!.GetValue<string>(), Is.EqualTo("widget"));
        Assert.That(status["acceptedNames"]!["listKind"]!.GetValue<string>(), Is.EqualTo("WidgetList"));
        Assert.That(status["storedVersions"]!.ToJsonString(), Is.EqualTo("""["v1"]"""));
        Assert.That(
            status["conditions"]!.AsArray().Select(condition => $"{condition!["type"]} {condition["status"]} {condition["reason"]} {condition["message"]}"),
            Is.EqualTo(new[] { "NamesAccepted True NoConflicts no conflicts found", "Established True InitialNamesAccepted the initial names have been accepted" }));
    }

    [Test]
    public async Task A_name_that_another_kind_of_the_group_has_is_not_granted()
    {
        var first = await CustomKind.CreateAsync(Replicas);
        var second = CustomKind.Prepare(Replicas, definition =>
        {
            definition["metadata"]!["name"] = $"gadgets.{first.Group}";
            definition["spec"]!["group"] = first.Group;
            definition["spec"]!["names"] = JsonNode.Parse("""{"plural":"gadgets","kind":"Widget"}""");
        });
        await second.SendDefinitionAsync();
        var path = $"apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.{first.Group}";
        await Eventually.TrueAsync(async () => (await OkAsync(HttpMethod.Get, path))["status"]?["conditions"] is JsonArray { Count: 2 }, text: "no conditions");
        var conditions = (await OkAsync(HttpMethod.Get, path))["status"]!["conditions"]!.AsArray();
        Assert.That(conditions.Select(condition => $"{condition!["type"]} {condition["status"]} {condition["reason"]}"), Is.EqualTo(new[]
        {
            "NamesAccepted False ListKindConflict", "Established False NotAccepted",
        }));
        Assert.That((int)(await SendAsync(HttpMethod.Get, $"apis/{first.Group}/v1/gadgets")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Deleting_a_definition_deletes_its_objects_and_ends_its_paths()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Replicas));
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", "{}"));
        var marked = await OkAsync(HttpMethod.Delete, kind.Path);
        Assert.That(marked["metadata"]!["finalizers"]!.ToJsonString(), Is.EqualTo("""["customresourcecleanup.apiextensions.k8s.io"]"""));
        await Eventually.TrueAsync(async () => (int)(await SendAsync(HttpMethod.Get, kind.Path)).Code == 404, text: "the definition stays");
        await Eventually.TrueAsync(async () => (int)(await SendAsync(HttpMethod.Get, kind.In(space))).Code == 404, text: "the objects are still served");
        await OkAsync(HttpMethod.Post, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", kind.Definition.ToJsonString());
        await kind.EstablishedAsync();
        Assert.That((await OkAsync(HttpMethod.Get, kind.In(space)))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task An_object_with_a_finalizer_keeps_its_definition()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Replicas));
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", "{}").Replace("\"name\":\"a\"", "\"name\":\"a\",\"finalizers\":[\"x.y/z\"]", StringComparison.Ordinal));
        await OkAsync(HttpMethod.Delete, kind.Path);
        await Eventually.TrueAsync(async () => (await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a"))["metadata"]!["deletionTimestamp"] is not null, text: "the object is not deleted");
        Assert.That(await kind.ConditionAsync("Terminating"), Is.EqualTo("True"));
        Assert.That((int)(await SendAsync(HttpMethod.Post, kind.In(space), kind.Widget("b", "{}"))).Code, Is.EqualTo(405));
        await OkAsync(HttpMethod.Patch, $"{kind.In(space)}/a", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await Eventually.TrueAsync(async () => (int)(await SendAsync(HttpMethod.Get, kind.Path)).Code == 404, text: "the definition stays");
    }

    [Test]
    public async Task A_changed_schema_counts_from_then_on()
    {
        var (space, kind) = (await NamespaceAsync(), await CustomKind.CreateAsync(Replicas));
        await OkAsync(HttpMethod.Post, kind.In(space), kind.Widget("a", """{"note":"x"}"""));
        await OkAsync(HttpMethod.Patch, kind.Path, """[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size","value":{"type":"string","default":"small"}}]""", "application/json-patch+json");
        await Eventually.TrueAsync(async () => (await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a"))["spec"]!["size"] is not null, text: "the new default is not filled in");
        Assert.That((await OkAsync(HttpMethod.Get, $"{kind.In(space)}/a"))["spec"]!["note"]!.GetValue<string>(), Is.EqualTo("x"));
    }

    [TestCase("spec.group", "\"plain\"", "spec.group: Invalid value: \"plain\": should be a domain with at least one dot")]
    [TestCase("spec.scope", "\"Global\"", "spec.scope: Unsupported value: \"Global\": supported values: \"Cluster\", \"Namespaced\"")]
    [TestCase("spec.preserveUnknownFields", "true", "spec.preserveUnknownFields: Invalid value: true: must be false")]
    public async Task A_definition_that_breaks_the_rules_is_refused(string field, string value, string told)
    {
        var kind = CustomKind.Prepare(Replicas, definition => definition["spec"]![field[5..]] = JsonNode.Parse(value));
        var refused = await kind.SendDefinitionAsync();
        Assert.That((int)refused.Code, Is.EqualTo(422));
        Assert.That(refused.Message, Does.Contain(told));
    }

    [TestCase("""{"a":{"type":"string","uniqueItems":true}}""", "properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [TestCase("""{"a":{"type":"array"}}""", "properties[a].items: Required value: must be specified")]
    [TestCase("""{"a":{"properties":{"b":{"type":"string"}}}}""", "properties[a].type: Required value: must not be empty for specified object fields")]
    [TestCase("""{"a":{"type":"string","anyOf":[{"type":"string"}]}}""", "properties[a].anyOf[0].type: Forbidden: must be empty to be structural")]
    [TestCase("""{"a":{"type":"object","oneOf":[{"required":["x"]},{"properties":{"x":{"minLength":1}}}]}}""", "properties[a].properties[x]: Required value: because it is defined in ")]
    [TestCase("""{"a":{"type":"object","properties":{"b":{"type":"string"}},"default":{"c":1}}}""", "properties[a].default: Invalid value: {\"c\":1}: must not have unknown fields")]
    [TestCase("""{"a":{"type":"string","x-kubernetes-validations":[{"rule":"self.size()"}]}}""", "x-kubernetes-validations[0].rule: Invalid value: ")]
    public async Task A_schema_that_is_not_structural_is_refused(string properties, string told)
    {
        var refused = await CustomKind.Prepare(properties).SendDefinitionAsync();
        Assert.That((int)refused.Code, Is.EqualTo(422), refused.Text);
        Assert.That(refused.Message, Does.Contain(told));
    }
}
