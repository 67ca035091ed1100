using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Types.Tests;

/// <summary>Makes random documents of a type from its descriptor, with canonical values: times have seconds, quantities their canonical form.</summary>
internal sealed class RandomDocument(Random random)
{
    private static readonly string[] Texts = ["a", "default", "kube-system", "ünïcödé", "quote\" back\\slash", "<html>&", "line\nbreak\ttab", "\u0001\u2028", "漢字 🚀", new string('x', 300)];
    private static readonly string[] Quantities = ["0", "1", "100m", "1500", "64Mi", "2Gi", "1k", "3e3", "-5", "250u", "7n", "1Ei"];
    private static readonly string[] Untyped = ["{}", "[]", "[1,2,{\"a\":null}]", "\"text\"", "12.5", "true", "{\"f:spec\":{\"f:replicas\":{}}}"];

    /// <summary>An object of that struct, with each field left out now and then.</summary>
    public JsonObject Object(TypeDescriptor type, int depth = 0)
    {
        var made = new JsonObject();
        foreach (var field in type.Fields.All)
        {
            // Deeper structs get sparser, so that recursive schemas come to an end.
            if (field.Name is not ("kind" or "apiVersion") && random.Next(10) >= 2 + (depth * 2))
                made[field.Name] = Value(field.Type, depth + 1);
        }
        return made;
    }

    private JsonNode? Value(TypeDescriptor type, int depth) => type.Shape switch
    {
        ValueShape.Struct => Object(type, depth),
        ValueShape.List => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(type.Items!, depth))]),
        ValueShape.Map => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"key{i}.{random.Next(1000)}", Value(type.Values!, depth)))),
        ValueShape.Untyped => JsonNode.Parse(SchemaLike(type) ? (random.Next(2) == 0 ? "true" : "[]") : Pick(Untyped)),
        _ => Scalar(type),
    };

    private JsonNode Scalar(TypeDescriptor type) => type.Scalar switch
    {
        ScalarType.Boolean => random.Next(2) == 0,
        ScalarType.Integer => type.Format == "int64" ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(int.MinValue, int.MaxValue),
        ScalarType.Number => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
        ScalarType.Bytes => Convert.ToBase64String(Encoding.UTF8.GetBytes(Pick(Texts))),
        ScalarType.IntOrString => random.Next(2) == 0 ? random.Next(100) : "50%",
        ScalarType.Quantity => Pick(Quantities),
        ScalarType.Time => Time(type.Format == "micro-time"),
        _ => Pick(Texts),
    };

    private string Time(bool micro) => DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(-60_000_000_000, 250_000_000_000))
        .AddMicroseconds(micro ? random.Next(1_000_000) : 0)
        .ToString(micro ? "yyyy-MM-ddTHH:mm:ss.ffffffZ" : "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    // The types whose JSON is a bare value take other values each.
    private static bool SchemaLike(TypeDescriptor type) => type.Name?.Contains("JSONSchemaPropsOr", StringComparison.Ordinal) == true;

    private string Pick(string[] values) => values[random.Next(values.Length)];
}
