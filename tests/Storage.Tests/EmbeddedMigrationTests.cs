using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Embedded.Maintenance;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>Files that earlier programs wrote. Their tables stand here as they were, since the program knows them no more.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(30_000)]
public sealed class EmbeddedMigrationTests : IDisposable
{
    private const string Format1 = """
        PRAGMA journal_mode=WAL;
        BEGIN;
        CREATE TABLE versions(
            position INTEGER PRIMARY KEY,
            key      BLOB    NOT NULL,
            created  INTEGER NOT NULL,
            lease    INTEGER NOT NULL,
            value    BLOB);
        CREATE INDEX versions_by_key ON versions(key, position, created);
        CREATE INDEX versions_by_lease ON versions(lease, key) WHERE lease <> 0;
        CREATE TABLE leases(
            id           INTEGER PRIMARY KEY AUTOINCREMENT,
            milliseconds INTEGER NOT NULL);
        CREATE TABLE compaction(
            revision INTEGER NOT NULL,
            swept    INTEGER NOT NULL);
        INSERT INTO compaction VALUES (3, 4 << 18);
        INSERT INTO leases VALUES (7, 60000);
        INSERT INTO versions VALUES
            (3 << 18, CAST('/a' AS BLOB), 2, 0, CAST('second' AS BLOB)),
            (4 << 18, CAST('/b' AS BLOB), 4, 7, x''),
            ((4 << 18) + 1, CAST('/c' AS BLOB), 4, 0, CAST('c' AS BLOB)),
            (5 << 18, CAST('/c' AS BLOB), 0, 0, NULL),
            (6 << 18, CAST('/a' AS BLOB), 2, 0, CAST('third' AS BLOB));
        PRAGMA application_id=0x43506c6e;
        PRAGMA user_version=1;
        COMMIT;
        """;

    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory["store.db"];

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task A_file_of_format_1_is_brought_to_the_newest_with_its_history_leases_and_revision()
    {
        Make();
        await using (var store = await OpenAsync())
        {
            Assert.That(await store.CurrentRevisionAsync(default), Is.EqualTo(new Revision(6)));
            var now = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default);
            Assert.That(now.Items.Select(item => (item.Key, item.Created.Value, item.Modified.Value, item.Lease.Value, Text(item))),
                Is.EqualTo(new[] { ("/a", 2L, 6L, 0L, "third"), ("/b", 4L, 4L, 7L, "") }));
            var then = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/"), At: new Revision(4)), default);
            Assert.That(then.Items.Select(Text), Is.EqualTo(new[] { "second", "", "c" }));
            Assert.That(await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/"), At: new Revision(2)), default), Is.EqualTo(new RangeResult.Compacted(new Revision(3))));
            Assert.That(await store.KeepLeaseAliveAsync(new LeaseId(7), default));
            Assert.That((await store.GrantLeaseAsync(TimeSpan.FromMinutes(1), default)).Value, Is.GreaterThan(7));
        }

        Assert.That(DatabaseCheck.Run(Database, _ => null), Has.Property("Format").EqualTo(DatabaseFormat.Newest).And.Property("Problems").Empty);
    }

    [Test]
    public void A_migration_that_fails_leaves_the_file_as_it_was()
    {
        Make();
        using (var connection = DatabaseFile.Connect(Database, ""))
            connection.Execute("CREATE TABLE versions_1(in_the_way)");
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(Database));
        var report = DatabaseCheck.Run(Database, _ => null);
        Assert.That((report.Format, report.Keys, report.Versions, report.Problems.Count), Is.EqualTo((1, 2L, 5L, 0)));
    }

    [Test]
    public async Task A_backup_of_an_older_format_keeps_it_and_is_restored_in_the_newest()
    {
        Make();
        Assert.That(DatabaseBackup.Write(Database, _directory["backup"], overwrite: false).Format, Is.EqualTo(1));
        var restored = _directory["restored/store.db"];
        Assert.That(DatabaseBackup.Restore(_directory["backup"], restored, replace: false, revisionBump: 0).Format, Is.EqualTo(DatabaseFormat.Newest));
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = restored }, default);
        Assert.That(await store.CurrentRevisionAsync(default), Is.EqualTo(new Revision(6)));
    }

    private void Make()
    {
        using var connection = DatabaseFile.Connect(Database, "");
        connection.Execute(Format1);
    }

    private Task<EmbeddedStore> OpenAsync() => EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = Database }, default);

    private static string Text(KeyValue item) => System.Text.Encoding.UTF8.GetString(item.Value.Span);
}
