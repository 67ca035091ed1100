using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.ApiServer.Tests.Fuzzing;

/// <summary>Changes an object in a few places, chosen by the descriptor of its type: values at the edges, of wrong types, null, empty, long, and fields that were not there.</summary>
internal sealed class ExtremeObject(Random random)
{
    private const int DepthMax = 4;

    private static readonly string[] Anything =
    [
        "null", "true", "0", "-1", "2147483648", "9223372036854775807", "-9223372036854775808", "1.5", "\"\"", "\"a\"", "\"UPPER\"", "\"-\"", "\"..\"", "\"a/b\"", "\"a/b/c\"", "\"\\u0000\"", "\"\\u00e4\\ud83d\\ude80\"", "\"50%\"", "\"-1\"",
        "[]", "{}", "[null]", "[{}]", "[[]]", "{\"a\":null}", "{\"\":\"\"}", "[\"a\",\"a\"]", "[1,\"a\",{}]", "{\"a\":{\"b\":{\"c\":{\"d\":[]}}}}", "\"http://[::1\"", "\"self.x.all(y, y)\"", "\"(((\"", "\"^[a-z\"", "\"$(A)$(\"",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "A", "a.b", "a-b-", "example.com/a", "kubernetes.io/x", "0", "1.2.3.4", "::1", "10.96.0.1/12", "Always", "TCP", "Cluster", "default", "golden", "v1", "*", "a,b", "a=b", "/", "/a/../b", "C:\\a", "\n", "\u2028", "ä", "0 0 31 2 *", "@every 1ns",
        new('x', 64), new('x', 254), new('x', 3000), "sha256:" + new string('0', 64), "2024-01-01T00:00:00Z", "self == 1", "object.a", "{.spec.a}", "..", ".a[?(@.b==\"c\")]",
    ];

    private static readonly string[] Quantities = ["0", "-1", "1", "100m", "1e1000000000", "1e-9", "0.5n", "9223372036854775807", "16Ei", "1Mi", "abc", ""];

    private static readonly string[] Times = ["2024-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-01-01T00:00:00.999999+01:00", "yesterday", ""];

    /// <summary>A copy of the object, changed.</summary>
    public JsonObject Of(JsonObject sample, TypeDescriptor type)
    {
        var changed = (JsonObject)sample.DeepClone();
        for (var left = random.Next(1, 5); left > 0; left--)
            Change(changed, type, 0);
        return changed;
    }

    /// <summary>A few fields of a type.</summary>
    public JsonObject Part(TypeDescriptor type)
    {
        var part = new JsonObject();
        for (var left = random.Next(1, 4); left > 0 && type.Fields.Count > 0; left--)
            Set(part, type, 0);
        return part;
    }

    private void Change(JsonNode at, TypeDescriptor type, int depth)
    {
        switch (at)
        {
            case JsonObject { Count: > 0 } members when type.Shape != ValueShape.Struct || random.Next(4) != 0:
                var name = members.ElementAt(random.Next(members.Count)).Key;
                var below = type.Shape == ValueShape.Struct ? type.Fields.Find(name)?.Type : type.Values;
                if (members[name] is { } value and (JsonObject or JsonArray) && random.Next(5) != 0)
                    Change(value, below ?? TypeDescriptor.Untyped, depth + 1);
                else if (random.Next(5) == 0)
                    members.Remove(name);
                else
                    members[name] = Value(below ?? TypeDescriptor.Untyped, depth + 1);
                break;
            case JsonObject members:
                Set(members, type, depth);
                break;
            case JsonArray { Count: > 0 } items:
                var index = random.Next(items.Count);
                if (items[index] is { } item and (JsonObject or JsonArray) && random.Next(4) != 0)
                    Change(item, type.Items ?? TypeDescriptor.Untyped, depth + 1);
                else if (random.Next(2) == 0)
                    items.Add(items[index]?.DeepClone());
                else
                    items[index] = Value(type.Items ?? TypeDescriptor.Untyped, depth + 1);
                break;
            case JsonArray items:
                items.Add(Value(type.Items ?? TypeDescriptor.Untyped, depth + 1));
                break;
        }
    }

    private void Set(JsonObject members, TypeDescriptor type, int depth)
    {
        if (type.Shape == ValueShape.Struct && type.Fields.Count > 0 && random.Next(20) != 0)
        {
            var field = type.Fields.All[random.Next(type.Fields.Count)];
            members[field.Name] = Value(field.Type, depth + 1);
        }
        else
            members[Pick(Texts)] = Value(type.Values ?? TypeDescriptor.Untyped, depth + 1);
    }

    private JsonNode? Value(TypeDescriptor type, int depth)
    {
        if (depth > DepthMax || random.Next(5) == 0)
            return JsonNode.Parse(Pick(Anything));
        switch (type.Shape)
        {
            case ValueShape.Struct:
                var made = new JsonObject();
                for (var left = random.Next(4); left > 0; left--)
                    Set(made, type, depth);
                return made;
            case ValueShape.List:
                return new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(type.Items!, depth + 1))]);
            case ValueShape.Map:
                return new JsonObject(Enumerable.Range(0, random.Next(4)).Select(_ => Pick(Texts)).Distinct().Select(key => KeyValuePair.Create(key, Value(type.Values!, depth + 1))));
            case ValueShape.Scalar:
                return Scalar(type);
            default:
                return JsonNode.Parse(Pick(Anything));
        }
    }

    private JsonNode? Scalar(TypeDescriptor type) => type.Scalar switch
    {
        ScalarType.Boolean => random.Next(2) == 0,
        ScalarType.Integer => random.Next(4) switch { 0 => 0, 1 => random.Next(-2, 100_000), 2 => int.MaxValue, _ => type.Format == "int64" ? long.MinValue : int.MinValue },
        ScalarType.Number => random.NextDouble(),
        ScalarType.Bytes => Convert.ToBase64String(new byte[random.Next(10)]),
        ScalarType.IntOrString => random.Next(2) == 0 ? random.Next(-1, 70_000) : random.Next(200).ToString(CultureInfo.InvariantCulture) + "%",
        ScalarType.Quantity => Pick(Quantities),
        ScalarType.Time => Pick(Times),
        _ => type.Enum.Length > 0 && random.Next(3) != 0 ? type.Enum[random.Next(type.Enum.Length)] : Pick(Texts),
    };

    private string Pick(string[] values) => values[random.Next(values.Length)];
}
