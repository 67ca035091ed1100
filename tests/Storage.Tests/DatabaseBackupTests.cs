using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Embedded.Maintenance;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>Backup, restore and check of the embedded engine's file.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
public sealed class DatabaseBackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory["data/store.db"];

    private string Backup => _directory["backup"];

    private string Restored => _directory["restored/store.db"];

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task A_backup_is_the_store_at_one_moment_while_writers_go_on()
    {
        await using var store = await OpenAsync(Database);
        using var ending = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            // Both keys are changed together: a backup that sees them differ is of no moment.
            for (var number = 0; !ending.IsCancellationRequested; number++)
            {
                await store.CommitAsync(new StoreTransaction([], [Put("/a", $"{number}"), Put("/z", $"{number}"), Put($"/b/{number % 500}", new string('x', 3000))]), default);
            }
        });
        await Eventually.TrueAsync(async () => (await store.CurrentRevisionAsync(default)).Value > 300);
        for (var backup = 0; backup < 5; backup++)
        {
            var least = await store.CurrentRevisionAsync(default);
            var report = DatabaseBackup.Write(Database, _directory[$"backup-{backup}"], overwrite: false);
            Assert.That(report.Revision, Is.GreaterThanOrEqualTo(least), "what was acknowledged before it began is in it");
            var path = _directory[$"restored-{backup}/store.db"];
            DatabaseBackup.Restore(_directory[$"backup-{backup}"], path, replace: false, revisionBump: 0);
            await using var restored = await OpenAsync(path);
            Assert.That(await TextAsync(restored, "/a"), Is.EqualTo(await TextAsync(restored, "/z")));
            Assert.That(await restored.CurrentRevisionAsync(default), Is.EqualTo(report.Revision));
        }

        await ending.CancelAsync();
        await writing;
    }

    [Test]
    public async Task A_restored_store_goes_on_past_every_revision_that_clients_have_seen()
    {
        await FillAsync();
        DatabaseBackup.Write(Database, Backup, overwrite: false);
        DatabaseBackup.Restore(Backup, Restored, replace: false, DatabaseBackup.DefaultRevisionBump);
        await using var store = await OpenAsync(Restored);
        Assert.That(await store.CurrentRevisionAsync(default), Is.EqualTo(new Revision(1_000_000_011)));
        Assert.That(await TextAsync(store, "/9"), Is.EqualTo("9"));
        await foreach (var message in store.WatchAsync(new StoreWatchQuery("/", new Revision(11)), default))
            Assert.That(message, Is.EqualTo(new StoreWatchMessage.Compacted(new Revision(1_000_000_011))));
        Assert.That(await PutAsync(store, "/new"), Is.EqualTo(new Revision(1_000_000_012)));
        await store.CompactAsync(new Revision(1_000_000_012), default);
        Assert.That(await TextAsync(store, "/9"), Is.EqualTo("9"));
    }

    [Test]
    public async Task A_backup_replaces_a_file_only_when_told()
    {
        await FillAsync();
        await File.WriteAllTextAsync(Backup, "precious");
        Assert.That(() => DatabaseBackup.Write(Database, Backup, overwrite: false), Refused($"{Backup} exists already"));
        Assert.That(await File.ReadAllTextAsync(Backup), Is.EqualTo("precious"));
        Assert.That(DatabaseBackup.Write(Database, Backup, overwrite: true).Keys, Is.EqualTo(10));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(Backup), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), "secrets are in it");
        Assert.That(Directory.GetFiles(_directory.Path), Is.EqualTo(new[] { Backup }), "one file, and nothing beside it");
    }

    [Test]
    public async Task A_restore_replaces_a_store_only_when_told_and_never_one_that_is_in_use()
    {
        await FillAsync();
        DatabaseBackup.Write(Database, Backup, overwrite: false);
        var store = await OpenAsync(Database);
        await PutAsync(store, "/later");
        Assert.That(() => DatabaseBackup.Restore(Backup, Database, replace: false, 0), Refused("is not empty"));
        Assert.That(() => DatabaseBackup.Restore(Backup, Database, replace: true, 0), Refused("is in use by another process"));
        await store.DisposeAsync();
        Assert.That(() => DatabaseBackup.Restore(Backup, Database, replace: false, 0), Refused("is not empty"));
        Assert.That(DatabaseBackup.Restore(Backup, Database, replace: true, 0).Keys, Is.EqualTo(10));
        await using var again = await OpenAsync(Database);
        Assert.That(await again.CurrentRevisionAsync(default), Is.EqualTo(new Revision(11)));
    }

    [Test]
    public async Task A_log_that_a_killed_server_has_left_is_not_played_into_what_is_restored()
    {
        await FillAsync();
        DatabaseBackup.Write(Database, Backup, overwrite: false);
        await using (var running = await OpenAsync(_directory["running/store.db"]))
        {
            for (var number = 0; number < 50; number++)
                await PutAsync(running, "/other");
            Directory.CreateDirectory(_directory["killed"]);
            foreach (var suffix in (string[])["", "-wal"])
            {
                using var copy = System.Diagnostics.Process.Start("cp", [_directory["running/store.db" + suffix], _directory["killed/store.db" + suffix]]);
                await copy.WaitForExitAsync();
            }
        }

        DatabaseBackup.Restore(Backup, _directory["killed/store.db"], replace: true, 0);
        await using var store = await OpenAsync(_directory["killed/store.db"]);
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default);
        Assert.That((found.Count, found.Revision), Is.EqualTo((10L, new Revision(11))));
    }

    [Test]
    public async Task A_damaged_backup_is_refused_and_the_store_stays_as_it_was()
    {
        await FillAsync();
        DatabaseBackup.Write(Database, Backup, overwrite: false);
        var bytes = await File.ReadAllBytesAsync(Backup);
        bytes.AsSpan(bytes.Length / 2 / 4096 * 4096, 4096).Fill(0xA5);
        await File.WriteAllBytesAsync(Backup, bytes);
        Assert.That(() => DatabaseBackup.Restore(Backup, Database, replace: true, 0), Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(Backup));
        await using var store = await OpenAsync(Database);
        Assert.That(await TextAsync(store, "/9"), Is.EqualTo("9"));
        Assert.That(Directory.GetFiles(_directory["data"]).Where(file => file.Contains("unfinished", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void What_is_no_backup_is_refused_and_no_store_begins()
    {
        File.WriteAllText(Backup, new string('x', 5000));
        Assert.That(() => DatabaseBackup.Restore(Backup, Restored, replace: false, 0), Refused(Backup));
        Assert.That(() => DatabaseBackup.Restore(_directory["missing"], Restored, replace: false, 0), Refused("does not exist"));
        Assert.That(() => DatabaseBackup.Write(_directory["missing"], _directory["other"], overwrite: false), Refused("does not exist"));
        Assert.That(File.Exists(Restored), Is.False);
        Assert.That(File.Exists(_directory["other"]), Is.False);
    }

    [Test]
    public async Task A_check_looks_at_every_value_and_counts_what_there_is()
    {
        await FillAsync();
        await using var store = await OpenAsync(Database);
        await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Delete("/3")]), default);
        await store.CommitAsync(new StoreTransaction([], [Put("/4", "again")]), default);
        var seen = new List<string>();
        var report = DatabaseCheck.Run(Database, item =>
        {
            seen.Add(item.Key);
            return item.Key == "/5" ? "is not to my liking" : null;
        });
        Assert.That((report.Keys, report.Versions, report.Revision), Is.EqualTo((9L, 12L, new Revision(13))));
        Assert.That(seen, Is.EquivalentTo(new[] { "/0", "/1", "/2", "/4", "/5", "/6", "/7", "/8", "/9" }));
        Assert.That(report.Problems, Is.EqualTo(new[] { "/5 at revision 7: is not to my liking" }));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(string cause) =>
        Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(cause);

    private async Task FillAsync()
    {
        await using var store = await OpenAsync(Database);
        for (var number = 0; number < 10; number++)
            await store.CommitAsync(new StoreTransaction([], [Put($"/{number}", $"{number}")]), default);
    }

    private static Task<EmbeddedStore> OpenAsync(string path) => EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = path }, default);

    private static StoreWrite.Put Put(string key, string value) => new(key, System.Text.Encoding.UTF8.GetBytes(value));

    private static async Task<Revision> PutAsync(EmbeddedStore store, string key) =>
        ((CommitResult.Committed)await store.CommitAsync(new StoreTransaction([], [Put(key, "x")]), default)).Revision;

    private static async Task<string> TextAsync(EmbeddedStore store, string key) =>
        System.Text.Encoding.UTF8.GetString(((RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Single(key)), default)).Items.Single().Value.Span);
}
