using System.Text.Json.Nodes;

namespace ControlPlane.ApiServer.Tests;

/// <summary>What upstream answered, recorded beside the repository; tests that need it are ignored where it is not there.</summary>
internal static class Golden
{
    public static string Directory(string folder)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "ControlPlane.sln")))
                continue;
            var found = Path.GetFullPath(Path.Combine(at.FullName, "..", "shared", "golden", folder));
            if (System.IO.Directory.Exists(found))
                return found;
        }

        Assert.Ignore($"there is no ../shared/golden/{folder} beside this repository");
        throw new InvalidOperationException();
    }

    public static JsonNode Json(string folder, string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Directory(folder), file)))!;

    /// <summary>Where two documents differ first, by path; null when they are equal, whatever the order of keys.</summary>
    public static string? Difference(JsonNode? expected, JsonNode? actual, string path = "")
    {
        if (JsonNode.DeepEquals(expected, actual))
            return null;
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                return left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)).Order(StringComparer.Ordinal)
                    .Select(key => left.ContainsKey(key) && !right.ContainsKey(key) ? $"{path}/{key}: missing"
                        : !left.ContainsKey(key) ? $"{path}/{key}: not expected"
                        : Difference(left[key], right[key], $"{path}/{key}"))
                    .FirstOrDefault(found => found is not null);
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                return left.Select((item, i) => Difference(item, right[i], $"{path}/{i}")).FirstOrDefault(found => found is not null);
            default:
                return $"{path}: expected {Short(expected)}, was {Short(actual)}";
        }
    }

    private static string Short(JsonNode? node) => node?.ToJsonString() is { Length: > 200 } text ? text[..200] + "..." : node?.ToJsonString() ?? "null";
}
