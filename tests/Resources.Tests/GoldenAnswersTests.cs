using System.Globalization;
using ControlPlane.Resources.Tests.Golden;
using ControlPlane.TestKit;

namespace ControlPlane.Resources.Tests;

/// <summary>
/// Upstream's answers to thousands of varied writes, played against the definitions without a server. The share of equal answers must not fall below the floor that
/// <c>Golden/floors.txt</c> has for the file. With GOLDEN_REPORT set to a directory, what differs is written there, a file each.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class GoldenAnswersTests
{
    private static readonly Lazy<Dictionary<string, double>> Floors = new(() => File.ReadLines(Path.Combine(Repository.Root, "tests", "Resources.Tests", "Golden", "floors.txt"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 2 && words[0] != "#")
        .ToDictionary(words => words[0], words => double.Parse(words[1], CultureInfo.InvariantCulture), StringComparer.Ordinal));

    public static IEnumerable<string> Files() => Repository.Golden("answers") is { } folder
        ? Directory.GetFiles(folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => !name.StartsWith("apis.h.example.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : ["none"];

    [TestCaseSource(nameof(Files))]
    public void Rules_answer_as_upstream_does(string name)
    {
        if (Repository.Golden("answers") is not { } folder)
        {
            Assert.Ignore("no golden data beside the repository");
            return;
        }

        if (Score.Of(AnswerFile.Read(Path.Combine(folder, name + ".jsonl"))) is not { } score)
        {
            Assert.Ignore("not a built-in kind");
            return;
        }

        TestContext.Out.WriteLine($"{name} {score}");
        if (Environment.GetEnvironmentVariable("GOLDEN_REPORT") is { Length: > 0 } report)
            File.WriteAllText(Path.Combine(report, name + ".txt"), $"{score}\n{score.Differences}");
        Assert.That(score.Share, Is.GreaterThanOrEqualTo(Floors.Value.GetValueOrDefault(name)), name);
    }
}
