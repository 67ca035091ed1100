using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Machinery.Serialization;

/// <summary>Finds out, after the fact, at which path a byte of a JSON document stands: "spec.containers[0].name".</summary>
internal static class JsonPath
{
    /// <summary>The paths of the tokens that begin at those offsets, which ascend. A property name's path ends in that name.</summary>
    public static string[] Locate(ReadOnlySpan<byte> json, ReadOnlySpan<long> offsets)
    {
        var paths = new string[offsets.Length];
        var next = 0;
        var levels = new List<Level>();
        var reader = new Utf8JsonReader(json, JsonDecoder.ReaderOptions);
        while (next < offsets.Length && TryRead(ref reader))
        {
            Step(ref reader, levels);
            while (next < offsets.Length && reader.TokenStartIndex >= offsets[next])
                paths[next++] = Spell(levels);
            Settle(ref reader, levels);
        }
        while (next < offsets.Length)
            paths[next++] = Spell(levels);
        return paths;
    }

    /// <summary>The path of the token that begins at that offset.</summary>
    public static string Locate(ReadOnlySpan<byte> json, long offset) => Locate(json, [offset])[0];

    // A document that is broken after the place of interest is still worth a path.
    private static bool TryRead(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Step(ref Utf8JsonReader reader, List<Level> levels)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
            levels[^1] = new(JsonDecoder.TextOf(ref reader), -1);
        else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            levels.RemoveAt(levels.Count - 1);
        else if (levels.Count > 0 && levels[^1].Name is null)
            levels[^1] = new(null, levels[^1].Index + 1);
    }

    private static void Settle(ref Utf8JsonReader reader, List<Level> levels)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            levels.Add(new("", -1));
        else if (reader.TokenType == JsonTokenType.StartArray)
            levels.Add(new(null, -1));
    }

    private static string Spell(List<Level> levels)
    {
        var path = new StringBuilder();
        foreach (var level in levels)
        {
            if (level.Name is null)
                path.Append(CultureInfo.InvariantCulture, $"[{Math.Max(level.Index, 0)}]");
            else if (level.Name.Length > 0)
                path.Append(path.Length == 0 ? "" : ".").Append(level.Name);
        }
        return path.ToString();
    }

    /// <summary>Inside an object (the name last seen) or inside a list (the index last seen, no name).</summary>
    private readonly record struct Level(string? Name, int Index);
}
