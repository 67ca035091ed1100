using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>How two pod specs differ, line by line, as the refusal of an update shows it: indented JSON in the order of <see cref="PodSpecLayout"/>.</summary>
internal static class PodSpecDifference
{
    // Internally these stand within the security context.
    private static readonly string[] OfSecurity = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

    internal static string Of(PodSpec old, PodSpec spec) => UnifiedDifference.Of(Lines(old), Lines(spec));

    private static List<string> Lines(PodSpec spec)
    {
        var json = JsonNode.Parse(Json.EncodeMessage(spec))!.AsObject();
        if (json["securityContext"] is JsonObject security)
        {
            foreach (var field in OfSecurity)
                security[field] = json[field]?.DeepClone();
        }

        var lines = new List<string>();
        Write("", json, "PodSpec", 0, "", lines);
        return lines;
    }

    private static void Write(string name, JsonObject? value, string type, int depth, string end, List<string> lines)
    {
        var members = new List<Action<string>>();
        Collect(value, type, depth + 1, members, lines);
        Block(name, '{', '}', members, depth, end, lines);
    }

    // One action a member, which takes the comma that follows it or does not.
    private static void Collect(JsonObject? value, string type, int depth, List<Action<string>> members, List<string> lines)
    {
        if (type == "ClaimTemplate" && value?["metadata"] is JsonObject metadata)
        {
            foreach (var (key, member) in metadata)
                members.Add(end => Verbatim($"{FieldErrors.Quote(key)}: ", member, depth, end, lines));
        }

        foreach (var field in PodSpecLayout.Of(type))
        {
            if (field[0] == '*')
                Collect(value, field[1..], depth, members, lines);
            else
                members.Add(end => Member(field, value, depth, end, lines));
        }
    }

    private static void Member(string field, JsonObject? owner, int depth, string end, List<string> lines)
    {
        var mark = field.IndexOfAny(['?', '#', '!', ':', '[']);
        var json = mark < 0 ? field : field[..mark];
        var (kind, type) = mark < 0 ? (' ', "") : (field[mark], field[(mark + 1)..].TrimEnd(']'));
        var (name, value) = ($"\"{PodSpecLayout.NameOf(json)}\": ", owner?[json]);
        if (type.Length == 0)
            Verbatim(name, value ?? Zero(kind), depth, end, lines);
        else if (kind == '[' && value is JsonArray items)
            Items(name, items, type, depth, end, lines);
        else if (value is null && kind != ':')
            Line(name + "null" + end, depth, lines);
        else
            Write(name, value as JsonObject, type, depth, end, lines);
    }

    private static JsonNode? Zero(char kind) => kind switch
    {
        ' ' => JsonValue.Create(""),
        '#' => JsonValue.Create(0),
        '!' => JsonValue.Create(false),
        _ => null,
    };

    private static void Items(string name, JsonArray items, string type, int depth, string end, List<string> lines) => Block(
        name,
        '[',
        ']',
        [.. items.Select(item => (Action<string>)(comma => Write("", item as JsonObject, type, depth + 1, comma, lines)))],
        depth,
        end,
        lines);

    // What has no internal form of its own: scalars, maps, lists of scalars, label selectors.
    private static void Verbatim(string name, JsonNode? value, int depth, string end, List<string> lines)
    {
        switch (value)
        {
            case JsonObject members:
                Block(
                    name,
                    '{',
                    '}',
                    [.. members.Select(member => (Action<string>)(comma => Verbatim($"{FieldErrors.Quote(member.Key)}: ", member.Value, depth + 1, comma, lines)))],
                    depth,
                    end,
                    lines);
                break;
            case JsonArray items:
                Block(name, '[', ']', [.. items.Select(item => (Action<string>)(comma => Verbatim("", item, depth + 1, comma, lines)))], depth, end, lines);
                break;
            default:
                Line(name + Scalar(value) + end, depth, lines);
                break;
        }
    }

    private static string Scalar(JsonNode? value) => value is null ? "null"
        : value.GetValueKind() == JsonValueKind.String ? FieldErrors.Quote(value.GetValue<string>())
        : value.ToJsonString();

    private static void Block(string name, char open, char close, List<Action<string>> members, int depth, string end, List<string> lines)
    {
        if (members.Count == 0)
        {
            Line($"{name}{open}{close}{end}", depth, lines);
            return;
        }

        Line($"{name}{open}", depth, lines);
        for (var i = 0; i < members.Count; i++)
            members[i](i < members.Count - 1 ? "," : "");
        Line($"{close}{end}", depth, lines);
    }

    private static void Line(string text, int depth, List<string> lines) => lines.Add(new string(' ', depth) + text);
}
