using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>Varies one value of an object as the record's variations do.</summary>
internal static class Variation
{
    private static readonly (string One, string Other)[] Shared =
    [
        ("/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm/labelSelector", "/spec/topologySpreadConstraints/0/labelSelector"),
        ("/spec/ingress/0/from/0/podSelector", "/spec/egress/0/to/0/namespaceSelector"),
    ];

    /// <summary>The sample with that one value varied.</summary>
    /// <param name="id">"create /spec/replicas =70000".</param>
    public static JsonObject Apply(JsonObject sample, string id)
    {
        var varied = sample.DeepClone().AsObject();
        if (id == "create base")
            return varied;
        var (first, last) = (id.IndexOf(' ', StringComparison.Ordinal), id.LastIndexOf(' '));
        var pointer = id[(first + 1)..last];
        foreach (var place in SamePlaces(pointer))
        {
            var steps = Steps(place);
            Put(Walk(varied, steps.AsSpan(0, steps.Length - 1)), steps[^1], id[(last + 1)..]);
        }

        return varied;
    }

    /// <summary>Applies the difference of an answer to the object it differs from.</summary>
    public static void ApplyDifference(JsonObject value, JsonArray difference)
    {
        var steps = Steps(difference[0]!.GetValue<string>());
        var parent = Walk(value, steps.AsSpan(0, steps.Length - 1));
        if (difference.Count == 1)
            Remove(parent, steps[^1]);
        else
            Set(parent, steps[^1], difference[1]?.DeepClone());
    }

    // Some samples were made with one selector in two places: what is varied within it changes in both.
    private static IEnumerable<string> SamePlaces(string pointer)
    {
        yield return pointer;
        foreach (var (one, other) in Shared)
        {
            if (pointer.StartsWith(one + "/", StringComparison.Ordinal))
                yield return other + pointer[one.Length..];
            if (pointer.StartsWith(other + "/", StringComparison.Ordinal))
                yield return one + pointer[other.Length..];
        }
    }

    private static void Put(JsonNode parent, string step, string name)
    {
        if (name == "delete")
        {
            Remove(parent, step);
            return;
        }

        var old = parent is JsonArray list ? list[Index(step)] : parent[step];
        Set(parent, step, Varied(old, name));
    }

    private static JsonNode? Varied(JsonNode? old, string name) => name switch
    {
        "null" => null,
        "flip" => JsonValue.Create(!old!.GetValue<bool>()),
        "case" => JsonValue.Create("UPPER_case!"),
        "long" => JsonValue.Create(new string('a', 300)),
        "type" => old switch
        {
            JsonArray => new JsonObject(),
            JsonObject => new JsonArray(),
            _ => old!.GetValueKind() switch
            {
                JsonValueKind.String => JsonValue.Create(5),
                JsonValueKind.Number => JsonValue.Create("x"),
                _ => JsonValue.Create("yes"),
            },
        },
        "suffix" => JsonValue.Create(old!.GetValue<string>() + "-x"),
        "double" => new JsonArray([.. old!.AsArray().Append(old[0]).Select(item => item?.DeepClone())]),
        "unknown" => With(old!.AsObject(), "bogusField", 1),
        "empty" => old switch
        {
            JsonArray => new JsonArray(),
            JsonObject => new JsonObject(),
            _ => JsonValue.Create(""),
        },
        _ when name[0] == '=' => JsonValue.Create(long.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"no such variation: {name}", nameof(name)),
    };

    private static JsonObject With(JsonObject old, string name, int value)
    {
        var copy = old.DeepClone().AsObject();
        copy[name] = value;
        return copy;
    }

    private static string[] Steps(string pointer) =>
        [.. pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode Walk(JsonNode from, ReadOnlySpan<string> steps)
    {
        var at = from;
        foreach (var step in steps)
            at = (at is JsonArray list ? list[Index(step)] : at[step])!;
        return at;
    }

    private static void Set(JsonNode parent, string step, JsonNode? value)
    {
        if (parent is JsonArray list)
            list[Index(step)] = value;
        else
            parent[step] = value;
    }

    private static void Remove(JsonNode parent, string step)
    {
        if (parent is JsonArray list)
            list.RemoveAt(Index(step));
        else
            parent.AsObject().Remove(step);
    }

    private static int Index(string step) => int.Parse(step, CultureInfo.InvariantCulture);
}
