using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>
/// The releases of kubectl on this machine that differ in how they stream: the newest, of the tools; and where the machine's own kubectl has older ones beside it
/// (<c>kubectl.1.27</c>), the oldest and the middle one of them.
/// </summary>
internal static class KubectlReleases
{
    /// <summary>The one that all tests use but those that compare.</summary>
    public static string Newest { get; } = Path.Combine(Repository.Root, ".cache", "tools", "kubectl", "kubectl");

    /// <summary>As cases of a test, named by their file.</summary>
    public static IEnumerable<TestCaseData> All => new[] { Newest }.Concat(OldestAndMiddle()).Select(program => new TestCaseData(program).SetArgDisplayNames(Path.GetFileName(program)));

    private static IEnumerable<string> OldestAndMiddle()
    {
        string[] older = [.. Beside().OrderBy(program => Version.Parse(Path.GetFileName(program)["kubectl.".Length..]))];
        return older.Length < 2 ? older : [older[0], older[older.Length / 2]];
    }

    private static IEnumerable<string> Beside()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, "kubectl")).FirstOrDefault(File.Exists);
        if (found is null)
            return [];
        var real = File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found;
        return Directory.EnumerateFiles(Path.GetDirectoryName(real)!, "kubectl.1.*").Where(program => Version.TryParse(Path.GetFileName(program)["kubectl.".Length..], out _));
    }
}
