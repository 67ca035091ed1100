using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// Objects as refusals print them: JSON with the fields of upstream's internal types (<see cref="InternalLayout"/>), on one line for a value and indented for how
/// two of them differ.
/// </summary>
internal static class InternalForm
{
    // Internally these stand within the pod's security context.
    private static readonly string[] OfSecurity = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

    /// <summary>How two pods differ, line by line.</summary>
    internal static string Difference(PodSpec old, PodSpec spec) => UnifiedDifference.Of(Lines(Json(old), "PodSpec"), Lines(Json(spec), "PodSpec"));

    /// <summary>How two objects differ, line by line.</summary>
    /// <param name="type">Their type in the layout.</param>
    internal static string Difference(IMessage old, IMessage value, string type) => UnifiedDifference.Of(Lines(Tree(old), type), Lines(Tree(value), type));

    /// <summary>One object.</summary>
    internal static string Of(IMessage? value, string type) => value is null ? "null" : Joined(Lines(Tree(value), type));

    /// <summary>A list of them.</summary>
    internal static string Of<T>(ValueList<T> values, string type)
        where T : class, IMessage => values.IsNil ? "null" : $"[{string.Join(',', values.Select(value => Of(value, type)))}]";

    // Indented JSON breaks lines between tokens only: without breaks, indents and the blank after a name's colon it is compact.
    private static string Joined(List<string> lines) => string.Concat(lines.Select(line =>
    {
        var text = line.TrimStart(' ');
        var name = text.StartsWith('"') ? text.IndexOf("\": ", StringComparison.Ordinal) : -1;
        return name < 0 ? text : text.Remove(name + 2, 1);
    }));

    private static JsonObject Json(PodSpec spec)
    {
        var json = Tree(spec);
        if (json["securityContext"] is JsonObject security)
        {
            foreach (var field in OfSecurity)
                security[field] = json[field]?.DeepClone();
        }

        return json;
    }

    private static JsonObject Tree(IMessage value) => JsonNode.Parse(Machinery.Serialization.Json.EncodeWithEmpty(value))!.AsObject();

    private static List<string> Lines(JsonObject value, string type)
    {
        var lines = new List<string>();
        Write("", value, type, 0, "", lines);
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
            foreach (var (key, member) in Present(metadata))
                members.Add(end => Verbatim($"{FieldErrors.Quote(key)}: ", member, depth, end, lines));
        }

        foreach (var field in InternalLayout.Of(type))
        {
            if (field[0] == '*')
                Collect(value, field[1..], depth, members, lines);
            else
                members.Add(end => Member(field, value, depth, end, lines));
        }
    }

    private static void Member(string field, JsonObject? owner, int depth, string end, List<string> lines)
    {
        var renamed = field.IndexOf('=', StringComparison.Ordinal);
        var text = field[(renamed + 1)..];
        var mark = text.IndexOfAny(['?', '#', '!', ':', '[']);
        var json = mark < 0 ? text : text[..mark];
        var (kind, type) = mark < 0 ? (' ', "") : (text[mark], text[(mark + 1)..].TrimEnd(']'));
        var (name, value) = ($"\"{(renamed > 0 ? field[..renamed] : InternalLayout.NameOf(json))}\": ", owner?[json]);
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
                    [.. Present(members).Select(member => (Action<string>)(comma => Verbatim($"{FieldErrors.Quote(member.Key)}: ", member.Value, depth + 1, comma, lines)))],
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

    // Types that clients see as they are leave out what is empty.
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Present(JsonObject members) =>
        members.Where(member => member.Value is not (JsonArray { Count: 0 } or JsonObject { Count: 0 }));

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
