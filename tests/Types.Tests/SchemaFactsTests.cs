using System.Text.Json;
using ControlPlane.Machinery.Schemas;
using ControlPlane.TestKit;

namespace ControlPlane.Types.Tests;

/// <summary>The schemas against upstream's published definitions, field by field.</summary>
public sealed class SchemaFactsTests
{
    [Test]
    public void Every_published_field_is_described_as_published()
    {
        if (Repository.Shared is null)
        {
            Assert.Ignore("no facts beside the repository");
            return;
        }
        using var facts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Shared, "facts", "api-types-1.36.json")));
        var types = facts.RootElement.GetProperty("types");
        var described = Described();
        var wrong = new List<string>();
        var compared = 0;
        foreach (var (name, descriptor) in described.Where(type => type.Value.Shape == ValueShape.Struct))
        {
            // The few of ours that upstream does not publish: Table, PartialObjectMetadata, List.
            if (!types.TryGetProperty(name, out var type) || !type.TryGetProperty("fields", out var fields))
                continue;
            if (IsAtomic(type) != descriptor.IsAtomic)
                wrong.Add($"{name}: map-type");
            var published = fields.EnumerateObject().Where(field => !field.Name.StartsWith('%')).ToDictionary(field => field.Name, field => field.Value);
            wrong.AddRange(descriptor.Fields.All.Select(field => field.Name).Except(published.Keys).Where(extra => extra is not ("kind" or "apiVersion")).Select(extra => $"{name}.{extra} is not published"));
            foreach (var (field, fact) in published)
            {
                compared++;
                if (descriptor.Fields.Find(field) is { } mine)
                    wrong.AddRange(Differences(mine, fact).Select(what => $"{name}.{field}: {what}"));
                else
                    wrong.Add($"{name}.{field} is missing");
            }
        }

        // The webhooks' rule is inline twice over; the published definition of the outer struct lost its attributes.
        wrong.RemoveAll(text => text.StartsWith("io.k8s.api.admissionregistration.v1.NamedRuleWithOperations.", StringComparison.Ordinal));
        Assert.That(wrong, Is.Empty);
        Assert.That(compared, Is.GreaterThan(2000));
    }

    private static IEnumerable<string> Differences(FieldDescriptor mine, JsonElement fact)
    {
        var isTypeMeta = mine.Name is "kind" or "apiVersion" && mine.ProtobufNumber == 0;
        if (!isTypeMeta && fact.TryGetProperty("field", out var number) && number.GetInt32() != mine.ProtobufNumber)
            yield return $"number {mine.ProtobufNumber}";
        if (Has(fact, "omitempty") != mine.OmitsEmpty)
            yield return "omitempty";
        if (Has(fact, "pointer") != mine.IsPointer)
            yield return "pointer";
        if (Has(fact, "required") != mine.IsRequired)
            yield return "required";
        // A list without either word is nil in JSON too; upstream's table left it open.
        if (Has(fact, "nullWhenAbsent") && !mine.IsNullWhenAbsent)
            yield return "nullWhenAbsent";
        if (Text(fact, "default") != mine.Default)
            yield return $"default {mine.Default}";
        foreach (var difference in TypeDifferences(mine.Type, fact))
            yield return difference;
    }

    private static IEnumerable<string> TypeDifferences(TypeDescriptor mine, JsonElement fact)
    {
        if (fact.TryGetProperty("ref", out var reference) && reference.GetString() != mine.Name)
            yield return $"type {mine.Name}";
        if (fact.TryGetProperty("format", out var format) && format.GetString() != mine.Format)
            yield return $"format {mine.Format}";
        if (fact.TryGetProperty("list-type", out var list) && mine.Shape == ValueShape.List && !string.Equals(list.GetString(), mine.Topology.ToString(), StringComparison.OrdinalIgnoreCase))
            yield return $"list-type {mine.Topology}";
        if (Strings(fact, "list-map-keys") is var keys && !keys.SequenceEqual(mine.MapKeys))
            yield return "list-map-keys";
        if (Strings(fact, "enum") is { Length: > 0 } values && !values.SequenceEqual(mine.Enum))
            yield return "enum";
        if ((fact.TryGetProperty("patch-merge-key", out var key) ? key.GetString() : null) != mine.PatchMergeKey)
            yield return "patch-merge-key";
        if ((fact.TryGetProperty("patch-strategy", out var patch) ? Strategies(patch.GetString()!) : PatchStrategies.None) != mine.PatchStrategy)
            yield return "patch-strategy";
        if (fact.TryGetProperty("items", out var items))
        {
            foreach (var difference in TypeDifferences(mine.Items!, items))
                yield return $"items: {difference}";
        }
        if (fact.TryGetProperty("values", out var inner))
        {
            foreach (var difference in TypeDifferences(mine.Values!, inner))
                yield return $"values: {difference}";
        }
    }

    private static PatchStrategies Strategies(string text) =>
        text.Split(',').Aggregate(PatchStrategies.None, (all, word) => all | Enum.Parse<PatchStrategies>(word, ignoreCase: true));

    private static bool Has(JsonElement fact, string name) => fact.TryGetProperty(name, out var value) && value.GetBoolean();

    private static string? Text(JsonElement fact, string name) => fact.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    private static string[] Strings(JsonElement fact, string name) =>
        fact.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(value => value.GetString()!)] : [];

    private static bool IsAtomic(JsonElement type) => type.TryGetProperty("map-type", out var map) && map.GetString() == "atomic";

    private static Dictionary<string, TypeDescriptor> Described()
    {
        var found = new Dictionary<string, TypeDescriptor>();
        var queue = new Queue<TypeDescriptor>(BuiltInTypes.AllKinds().Select(type => type.Descriptor));
        while (queue.TryDequeue(out var type))
        {
            if (type.Items is not null)
                queue.Enqueue(type.Items);
            if (type.Values is not null)
                queue.Enqueue(type.Values);
            if (type.Name is null || !found.TryAdd(type.Name, type))
                continue;
            foreach (var field in type.Fields.All)
                queue.Enqueue(field.Type);
        }
        return found;
    }
}
