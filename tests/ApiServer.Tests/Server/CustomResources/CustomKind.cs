using System.Text.Json.Nodes;
using ControlPlane.TestKit;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.CustomResources;

/// <summary>A kind made for one test, in a group of its own.</summary>
internal sealed class CustomKind
{
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private const string Template = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.GROUP"},
         "spec":{"group":"GROUP","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget","shortNames":["SHORT"],"categories":["all"]},
         "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}},
          "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":PROPERTIES},
           "status":{"type":"object","properties":{"replicas":{"type":"integer"}}}}}}}]}}
        """;

    private static int _kinds;

    private CustomKind(string group, JsonObject definition) => (Group, Definition) = (group, definition);

    public string Group { get; }

    public JsonObject Definition { get; }

    public string Name => $"widgets.{Group}";

    public string Path => $"{Definitions}/{Name}";

    /// <summary>Where its objects of a namespace are.</summary>
    public string In(string @namespace, string version = "v1") => $"apis/{Group}/{version}/namespaces/{@namespace}/widgets";

    /// <summary>An object of it.</summary>
    public string Widget(string name, string spec, string version = "v1") =>
        $$"""{"apiVersion":"{{Group}}/{{version}}","kind":"Widget","metadata":{"name":"{{name}}"},"spec":{{spec}}}""";

    /// <summary>Defines a kind whose spec has these properties, and waits until it is established.</summary>
    /// <param name="properties">The properties of spec, as JSON.</param>
    /// <param name="more">Changes the definition before it is sent.</param>
    public static async Task<CustomKind> CreateAsync(string properties, Action<JsonObject>? more = null)
    {
        var kind = Prepare(properties, more);
        await OkAsync(HttpMethod.Post, Definitions, kind.Definition.ToJsonString());
        await kind.EstablishedAsync();
        return kind;
    }

    /// <summary>A definition that is not sent yet.</summary>
    public static CustomKind Prepare(string properties, Action<JsonObject>? more = null)
    {
        var group = $"t{Interlocked.Increment(ref _kinds)}.example.com";
        var definition = JsonNode.Parse(Template
            .Replace("GROUP", group, StringComparison.Ordinal)
            .Replace("SHORT", $"wd{group.Split('.')[0]}", StringComparison.Ordinal)
            .Replace("PROPERTIES", properties, StringComparison.Ordinal))!.AsObject();
        more?.Invoke(definition);
        return new CustomKind(group, definition);
    }

    /// <summary>Sends the definition, whatever comes of it.</summary>
    public Task<Answer> SendDefinitionAsync() => SendAsync(HttpMethod.Post, Definitions, Definition.ToJsonString());

    /// <summary>Waits until it says that it is established.</summary>
    public Task EstablishedAsync() => Eventually.TrueAsync(async () => await ConditionAsync("Established") == "True", text: $"{Name} is not established");

    /// <summary>The status of one of its conditions; null where it has none.</summary>
    public async Task<string?> ConditionAsync(string type)
    {
        var definition = (await SendAsync(HttpMethod.Get, Path)).Json;
        return definition["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => condition!["type"]!.GetValue<string>() == type)?["status"]?.GetValue<string>();
    }
}
