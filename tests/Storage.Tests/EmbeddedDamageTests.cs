using System.Diagnostics;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>Files that were damaged, cut off, swapped or are in the way: refused by name and cause, never taken for less than they were.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(30_000)]
public sealed class EmbeddedDamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory["data/store.db"];

    private string Log => Database + "-wal";

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task An_empty_file_is_a_loss_and_no_beginning()
    {
        await FillAsync();
        await File.WriteAllBytesAsync(Database, []);
        AssertRefused("is empty");
    }

    [Test]
    public async Task A_missing_file_of_which_something_was_acknowledged_is_a_loss_and_no_beginning()
    {
        await FillAsync();
        File.Delete(Database);
        AssertRefused("is missing, but revision 101 of it was acknowledged");
        File.Delete(Database + ".lock");
        await using var fresh = await OpenAsync();
        Assert.That(await fresh.CurrentRevisionAsync(default), Is.EqualTo(new Revision(1)));
    }

    [Test]
    public async Task A_log_without_its_file_is_no_beginning()
    {
        Directory.CreateDirectory(_directory["data"]);
        await File.WriteAllBytesAsync(Log, new byte[5000]);
        AssertRefused("is missing, but its write-ahead log is there");
    }

    [Test]
    public async Task A_file_of_zeros_is_refused()
    {
        await FillAsync();
        await File.WriteAllBytesAsync(Database, new byte[new FileInfo(Database).Length]);
        AssertRefused("it is no database, or its header is damaged");
    }

    [Test]
    public async Task A_file_cut_in_half_is_refused_or_says_so_when_it_is_read()
    {
        await FillAsync();
        Change(Database, file => file.SetLength(file.Length / 2 / 4096 * 4096));
        AssertRefused("the file is damaged");
    }

    [Test]
    public async Task A_changed_byte_of_a_value_is_told_and_the_rest_is_readable_and_writable()
    {
        await FillAsync();
        Overwrite(Database, "value of 050", "valve of 050");
        await using var store = await OpenAsync();
        Assert.That(async () => await GetAsync(store, "/050"), Throws.InstanceOf<StoreUnavailableException>()
            .With.Message.Contains(Database).And.Message.Contains("the stored value of /050 at revision 52 is damaged"));
        Assert.That(async () => await PutAsync(store, "/050"), Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").False);
        Assert.That((await GetAsync(store, "/051")).Count, Is.EqualTo(1));
        await PutAsync(store, "/051");
    }

    [Test]
    public async Task A_changed_byte_in_the_past_is_told_to_watchers_of_the_past()
    {
        await FillAsync();
        Overwrite(Database, "value of 050", "valve of 050");
        await using var store = await OpenAsync();
        Assert.That(
            async () =>
            {
                await foreach (var _ in store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), default))
                {
                }
            },
            Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains("/050"));
    }

    [Test]
    public async Task A_page_of_rubbish_is_told_and_never_answered_from()
    {
        await FillAsync();
        await using (var compacting = await OpenAsync())
            await compacting.CompactAsync(new Revision(101), default); // the counts are stored with it: opening reads no value
        var page = (await File.ReadAllBytesAsync(Database)).AsSpan().IndexOf("value of 050"u8) / 4096;
        Change(Database, file =>
        {
            file.Position = page * 4096;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        });
        await using var store = await OpenAsync();
        var problems = 0;
        for (var number = 0; number < 100; number++)
        {
            try
            {
                var found = await GetAsync(store, $"/{number:D3}");
                Assert.That(System.Text.Encoding.UTF8.GetString(found.Items.Single().Value.Span), Does.StartWith($"value of {number:D3}"));
            }
            catch (StoreUnavailableException error)
            {
                Assert.That(error.Message, Does.Contain(Database).And.Contain("damaged"));
                problems++;
            }
        }

        Assert.That(problems, Is.InRange(1, 99));
        Assert.That(Embedded.Maintenance.DatabaseCheck.Run(Database, _ => null).Problems, Is.Not.Empty);
    }

    [TestCase(0.0, TestName = "A_log_that_is_gone_is_a_loss")]
    [TestCase(0.5, TestName = "A_log_that_is_cut_off_is_a_loss")]
    public async Task A_log_that_lacks_what_was_acknowledged_is_a_loss(double kept)
    {
        await CopyOfRunningStoreAsync();
        Change(Log, file => file.SetLength((long)(file.Length * kept)));
        AssertRefused("but revision 101 was acknowledged");
    }

    [Test]
    public async Task A_changed_byte_in_the_log_is_a_loss_of_all_after_it()
    {
        await CopyOfRunningStoreAsync();
        Change(Log, file =>
        {
            file.Position = file.Length / 2;
            var was = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(was ^ 1));
        });
        AssertRefused("but revision 101 was acknowledged");
    }

    [Test]
    public async Task A_torn_write_at_the_end_of_the_log_costs_nothing_that_was_acknowledged()
    {
        await CopyOfRunningStoreAsync();
        Change(Log, file =>
        {
            file.Position = file.Length;
            file.Write(new byte[3000]);
        });
        await using var store = await OpenAsync();
        Assert.That(await store.CurrentRevisionAsync(default), Is.EqualTo(new Revision(101)));
    }

    [Test]
    public async Task A_lost_tail_can_be_given_up_by_restoring_the_file_from_itself()
    {
        await CopyOfRunningStoreAsync();
        Change(Log, file => file.SetLength(file.Length / 2));
        AssertRefused("storage restore --force");
        Embedded.Maintenance.DatabaseBackup.Restore(Database, Database, replace: true, revisionBump: 1000);
        await using var store = await OpenAsync();
        Assert.That((await store.CurrentRevisionAsync(default)).Value, Is.GreaterThan(1000));
        Assert.That((await GetAsync(store, "/000")).Count, Is.EqualTo(1));
    }

    [Test]
    public void A_directory_in_the_way_is_named()
    {
        Directory.CreateDirectory(Database);
        AssertRefused("it is a directory");
    }

    [Test]
    public void A_file_where_the_directory_should_be_is_named()
    {
        File.WriteAllText(_directory["data"], "x");
        AssertRefused(_directory["data"]);
    }

    [Test]
    public async Task Who_has_no_permission_is_told_so()
    {
        await FillAsync();
        var start = new ProcessStartInfo("setpriv") { RedirectStandardError = true };
        foreach (var argument in (string[])["--reuid=65534", "--clear-groups", "dotnet", typeof(SequenceWriter).Assembly.Location, Database, "sequences"])
            start.ArgumentList.Add(argument);
        Change(_directory.Path, "755");
        Change(_directory["data"], "755");
        start.Environment["DOTNET_CLI_HOME"] = "/tmp";
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(error, Does.Contain(Database).And.Contain("denied").And.Not.Contain("in use"));
    }

    // The files as another process would find them had this one been killed.
    private async Task CopyOfRunningStoreAsync()
    {
        var running = _directory["running/store.db"];
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = running }, default);
        await FillAsync(store);
        Directory.CreateDirectory(_directory["data"]);
        foreach (var suffix in (string[])["", "-wal", ".lock"])
        {
            using var copy = Process.Start("cp", [running + suffix, Database + suffix]);
            await copy.WaitForExitAsync();
        }
    }

    private async Task FillAsync()
    {
        await using var store = await OpenAsync();
        await FillAsync(store);
    }

    private static async Task FillAsync(EmbeddedStore store)
    {
        for (var number = 0; number < 100; number++)
            await PutAsync(store, $"/{number:D3}", $"value of {number:D3}" + new string('x', 2000));
    }

    private void AssertRefused(string cause) =>
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(_directory["data"]).And.Message.Contains(cause));

    private static void Change(string path, Action<FileStream> change)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        change(file);
    }

    private static void Change(string path, string mode)
    {
        using var process = Process.Start("chmod", [mode, path]);
        process.WaitForExit();
    }

    private static void Overwrite(string path, string was, string becomes)
    {
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(was));
        Assert.That(at, Is.Positive);
        Change(path, file =>
        {
            file.Position = at;
            file.Write(System.Text.Encoding.UTF8.GetBytes(becomes));
        });
    }

    private Task<EmbeddedStore> OpenAsync() => EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = Database }, default);

    private static async Task<RangeResult.Found> GetAsync(EmbeddedStore store, string key) =>
        (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Single(key)), default);

    private static async Task PutAsync(EmbeddedStore store, string key, string value = "new") =>
        await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(key, System.Text.Encoding.UTF8.GetBytes(value))]), default);
}
