using System.Collections.Concurrent;

namespace ControlPlane.Conformance;

/// <summary>Says at the end how many of the upstream conformance tests have a test here, by the group that looks after them, and how many of those that ran passed.</summary>
[SetUpFixture]
internal sealed class ConformanceCount
{
    private static readonly ConcurrentDictionary<string, bool> Ended = new();

    /// <summary>Takes down how a test ended.</summary>
    public static void Note(string name, bool passed) => Ended[name] = passed;

    // Standard error of tests is what the runner shows at any verbosity.
    [OneTimeTearDown]
    public static void Tell() => TestContext.Error.WriteLine(Render(ConformanceNames.Listed, ConformanceNames.Marked, Ended));

    /// <summary>The lines that are printed.</summary>
    /// <param name="listed">All names; null where the list is not at hand.</param>
    /// <param name="marked">Those that have a test.</param>
    /// <param name="ended">Those that ran: did they pass?</param>
    public static string Render(IReadOnlyList<string>? listed, IReadOnlyList<string> marked, IReadOnlyDictionary<string, bool> ended)
    {
        var passed = ended.Values.Count(static ok => ok);
        if (listed is null)
            return $"Conformance: {marked.Count} names have a test, {ended.Count} ran, {passed} passed; the list of names is not at hand, so they are not checked.";
        var lines = new List<string> { $"Conformance: {marked.Count} of {listed.Count} names have a test, {ended.Count} ran, {passed} passed." };
        foreach (var sig in listed.GroupBy(ConformanceNames.SigOf).OrderByDescending(static names => names.Count()))
        {
            var tested = marked.Where(name => ConformanceNames.SigOf(name) == sig.Key).ToList();
            lines.Add($"  {sig.Key,-20} {tested.Count,3} of {sig.Count(),3}, {tested.Count(name => ended.GetValueOrDefault(name)),3} passed");
        }
        return string.Join('\n', lines);
    }
}
