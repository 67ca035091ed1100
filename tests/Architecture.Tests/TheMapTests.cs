using System.Xml.Linq;
using ControlPlane.TestKit;

namespace ControlPlane.Architecture.Tests;

/// <summary>The map in src/README.md is what the project files say.</summary>
internal sealed class TheMapTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");

    private static IReadOnlyDictionary<string, string[]> Map { get; } = ReadMap();

    private static IReadOnlyDictionary<string, string[]> Projects { get; } = ReadProjects();

    [Test]
    public void Every_room_stands_in_the_map_and_every_line_of_the_map_is_a_room() =>
        Assert.That(Map.Keys, Is.EquivalentTo(Projects.Keys));

    [TestCaseSource(nameof(Rooms))]
    public void A_room_references_no_more_than_the_map_allows(string room)
    {
        var allowed = Map[room] is ["all"] ? Projects.Keys.ToArray() : Map[room];
        Assert.That(Projects[room], Is.SubsetOf(allowed));
    }

    [Test]
    public void The_map_names_no_reference_that_no_project_has()
    {
        var unused = from room in Map
                     where room.Value is not ["all"]
                     from reference in room.Value
                     where !Projects[room.Key].Contains(reference)
                     select $"{room.Key} -> {reference}";
        Assert.That(unused, Is.Empty);
    }

    [Test]
    public void No_room_is_called_after_what_has_no_idea_of_its_own()
    {
        string[] drawers = ["Helpers", "Common", "Utils", "Utilities", "Interfaces", "Models", "Misc", "Shared"];
        var found = Directory.EnumerateDirectories(Source, "*", SearchOption.AllDirectories)
            .Where(path => drawers.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase));
        Assert.That(found, Is.Empty);
    }

    private static IEnumerable<string> Rooms() => Map.Keys;

    private static Dictionary<string, string[]> ReadMap() => File.ReadLines(Path.Combine(Source, "README.md"))
        .SkipWhile(line => !line.StartsWith("| room |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[1], cells => cells[3] == "nothing" ? [] : cells[3].Split(", "));

    private static Dictionary<string, string[]> ReadProjects() => Directory
        .EnumerateFiles(Source, "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path => XDocument.Load(path).Descendants("ProjectReference")
                .Where(reference => (string?)reference.Attribute("OutputItemType") != "Analyzer")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
                .ToArray());
}
