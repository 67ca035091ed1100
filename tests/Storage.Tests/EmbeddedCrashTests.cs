using System.Diagnostics;
using System.Globalization;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>What was acknowledged is there, whatever happens to the process or to its disk.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(60_000)]
public sealed class EmbeddedCrashTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task Every_acknowledged_write_outlives_kill_9()
    {
        using var writer = Start("dotnet", typeof(CrashingWriter).Assembly.Location, _directory["store.db"]);
        var acknowledged = new List<string>();
        while (acknowledged.Count < 2000 && await writer.StandardOutput.ReadLineAsync() is { } line)
            acknowledged.Add(line);
        writer.Kill();
        acknowledged.AddRange((await writer.StandardOutput.ReadToEndAsync()).Split('\n')[..^1]); // the last line may be torn
        await writer.WaitForExitAsync();

        await AssertHoldsAsync(acknowledged);
    }

    [Test]
    public async Task After_an_error_of_the_disk_all_writes_are_refused_and_what_was_acknowledged_is_there()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("the file size limit that plays the full disk is set by a Linux shell");
        using var writer = Start("bash", "-c", "trap '' XFSZ; ulimit -f 3000; DOTNET_EnableWriteXorExecute=0 exec dotnet \"$0\" \"$1\"",
            typeof(CrashingWriter).Assembly.Location, _directory["store.db"]);
        var lines = (await writer.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await writer.WaitForExitAsync();

        var refused = lines.Where(line => line.StartsWith("refused", StringComparison.Ordinal)).ToArray();
        Assert.That(refused.Count(line => line.EndsWith("False", StringComparison.Ordinal)), Is.EqualTo(8), "each writer is refused for good");
        Assert.That(Array.FindLastIndex(lines, line => line[0] == '/'), Is.LessThan(Array.FindIndex(lines, line => line.EndsWith("False", StringComparison.Ordinal)) + 8));
        await AssertHoldsAsync([.. lines.Where(line => line[0] == '/')]);
    }

    private async Task AssertHoldsAsync(List<string> acknowledged)
    {
        Assert.That(acknowledged, Has.Count.GreaterThan(100));
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = _directory["store.db"] }, default);
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default);
        var items = found.Items.ToDictionary(item => item.Key);
        foreach (var (key, revision) in acknowledged.Select(line => line.Split(' ')).Select(parts => (parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture))))
        {
            Assert.That(items, Does.ContainKey(key));
            Assert.That(items[key].Modified.Value, Is.EqualTo(revision));
            Assert.That(items[key].Value.Length, Is.EqualTo(key.Length + 2000));
        }

        Assert.That(found.Items.Select(item => item.Modified.Value).Order(), Is.EqualTo(Enumerable.Range(2, found.Items.Count)), "no revision is missing");
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
