using System.Text.Json.Nodes;

namespace ControlPlane.Types.Tests;

/// <summary>JSON documents in a form that compares as text whatever the order of keys was.</summary>
internal static class JsonNodes
{
    public static JsonNode Parse(ReadOnlySpan<byte> json, params string[] without) => Sorted(JsonNode.Parse(json, documentOptions: new() { MaxDepth = 1000 }), without)!;

    private static JsonNode? Sorted(JsonNode? node, string[] without) => node switch
    {
        JsonObject fields => new JsonObject(fields
            .Where(field => !without.Contains(field.Key))
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value, without)))),
        JsonArray items => new JsonArray([.. items.Select(item => Sorted(item, without))]),
        _ => node?.DeepClone(),
    };
}
