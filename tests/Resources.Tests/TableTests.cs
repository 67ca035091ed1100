using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.TestKit;

namespace ControlPlane.Resources.Tests;

/// <summary>Columns and cells of the kinds' Table forms are upstream's.</summary>
public sealed class TableTests
{
    private const string NoData = "no golden data beside the repository";

    // What controllers and allocation write between the creation and the recording of a sample is no part of a definition.
    private static readonly HashSet<string> MadeLater = new(StringComparer.Ordinal)
    {
        "persistentvolumes/Status", "services/Cluster-IP", "services/Port(s)", "flowschemas/MissingPL", "resourcequotas/Request", "jobs/Status", "jobs/Duration", "jobs/Selector",
        "apiservices/Available", "pods/Node", "pods/Status", "pods/Ready", "cronjobs/Last Schedule", "persistentvolumeclaims/Status", "statefulsets/Ready", "deployments/Ready",
    };

    public static IEnumerable<string> Paths() => Repository.Golden("../facts") is { } facts
        ? JsonNode.Parse(File.ReadAllText(Path.Combine(facts, "table-columns-1.36.json")))!.AsObject().Select(entry => entry.Key)
        : ["none"];

    public static IEnumerable<string> Samples() => Repository.Golden("tables") is { } folder
        ? Directory.GetFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
        : ["none"];

    [TestCaseSource(nameof(Paths))]
    public void Columns_are_upstreams(string path)
    {
        if (Repository.Golden("../facts") is not { } facts)
        {
            Assert.Ignore(NoData);
            return;
        }

        var words = path.Trim('/').Split('/');
        var (group, version, plural) = words[0] == "api" ? ("", words[1], words[2]) : (words[1], words[2], words[3]);
        var definition = BuiltInDefinitions.Served.Single(served =>
            served.Versions.Any(known => known.Kind.Group == group && known.Kind.Version == version) && served.Info.Plural == plural);
        var wanted = JsonNode.Parse(File.ReadAllText(Path.Combine(facts, "table-columns-1.36.json")))![path]!.AsArray()
            .Select(column => $"{column!["name"]} {column["type"]} {column["format"]} {(int)column["priority"]!}");
        var actual = definition.Traits.Columns.Select(column => string.Create(CultureInfo.InvariantCulture, $"{column.Name} {column.Type} {column.Format} {column.Priority}"));
        Assert.That(actual, Is.EqualTo(wanted));
    }

    [TestCaseSource(nameof(Samples))]
    public void Cells_are_upstreams(string name)
    {
        if (Repository.Golden("tables") is not { } folder)
        {
            Assert.Ignore(NoData);
            return;
        }

        var recorded = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name + ".json")))!;
        var sample = recorded["sample"]!.AsObject();
        var kind = GroupVersionKind.Parse((string)sample["apiVersion"]!, (string)sample["kind"]!);
        var definition = BuiltInDefinitions.Served.Single(served => served.Versions.Any(version => version.Kind == kind));
        var value = Made(definition, definition.Versions.Single(version => version.Kind == kind), sample);
        var cells = recorded["table"]!["rows"]![0]!["cells"]!.AsArray();
        for (var i = 0; i < definition.Traits.Columns.Length; i++)
        {
            var column = definition.Traits.Columns[i];
            if (column.Type != "date" && !MadeLater.Contains($"{definition.Info.Plural}/{column.Name}"))
                Assert.That(Text(column.Cell(value)), Is.EqualTo(Text(cells[i])), column.Name);
        }
    }

    private static IApiObject Made(ResourceDefinition definition, ServedVersion version, JsonObject sample)
    {
        var value = definition.Default(version.ToHub(version.Default(version.ReadJson(Encoding.UTF8.GetBytes(sample.ToJsonString()), null))));
        if (definition.Traits.Status is { IsKeptOnCreate: false } status)
            value = status.WithStatusOf(value, status.Empty);
        var context = new WriteContext("u", "", [], System.Collections.Immutable.ImmutableDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty, DateTimeOffset.UnixEpoch);
        value = definition.PrepareForCreate(value, context);
        return value.WithMetadata(value.Metadata with { CreationTimestamp = Timestamp.From(DateTimeOffset.UnixEpoch) });
    }

    private static string Text(TableCell cell) => cell.Kind switch
    {
        CellKind.Null => "null",
        CellKind.Text => cell.Text!,
        CellKind.Boolean => cell.Number == 1 ? "true" : "false",
        CellKind.Age => "<age>",
        _ => cell.Number.ToString(CultureInfo.InvariantCulture),
    };

    private static string Text(JsonNode? cell) => cell is null ? "null" : cell.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)cell! : cell.ToJsonString();
}
