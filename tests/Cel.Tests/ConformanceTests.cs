using ControlPlane.Cel.Tests.Conformance;

namespace ControlPlane.Cel.Tests;

/// <summary>
/// The specification's own tests. Left out by rule: tests that need protobuf messages, enums or wrapper types (the files that are
/// about nothing else, and single tests that mention one), and the network library, which is Kubernetes' own.
/// </summary>
public sealed class ConformanceTests
{
    private static readonly string[] AboutMessages = ["dynamic", "enums", "proto2", "proto2_ext", "proto3", "wrappers"];
    private static readonly string[] AboutOtherLibraries = ["network_ext"];

    private static readonly string? Folder = FindFolder();

    private static IEnumerable<string> Files => Folder is null
        ? ["none"]
        : Directory.GetFiles(Folder, "*.textproto").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
            .Except(AboutMessages).Except(AboutOtherLibraries);

    [TestCaseSource(nameof(Files))]
    public void Every_test_of_the_file_that_needs_no_messages_passes(string file)
    {
        if (Folder is null)
            Assert.Ignore("../shared/golden/cel is not there.");
        var cases = Read(file).ToList();
        var applicable = cases.Where(test => !test.NeedsMessages).ToList();
        var failures = applicable.Select(test => (test.Name, Failure: test.Run())).Where(test => test.Failure is not null).ToList();

        TestContext.Out.WriteLine($"{file}: {applicable.Count - failures.Count} of {applicable.Count} passed, {cases.Count - applicable.Count} need messages");
        Assert.That(failures.Select(failure => $"{failure.Name}: {failure.Failure}"), Is.Empty);
    }

    private static IEnumerable<ConformanceCase> Read(string file) =>
        from section in TextProto.Parse(File.ReadAllText(Path.Combine(Folder!, file + ".textproto"))).Messages("section")
        from test in section.Messages("test")
        select new ConformanceCase($"{section.Text("name")}/{test.Text("name")}", test);

    private static string? FindFolder()
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
                return Directory.Exists(Path.Combine(folder.FullName, "../shared/golden/cel")) ? Path.Combine(folder.FullName, "../shared/golden/cel") : null;
        }
        return null;
    }
}
