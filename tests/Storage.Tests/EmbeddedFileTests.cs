using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Storage.Tests;

/// <summary>What the embedded engine's file keeps from one opening to the next, who may open it, and its limits.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(30_000)]
public sealed class EmbeddedFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private EmbeddedStoreOptions Options => new() { Path = _directory["data/store.db"], Time = _time };

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task A_fresh_store_is_at_1_and_its_first_write_at_2()
    {
        await using var store = await OpenAsync();
        Assert.That(await store.CurrentRevisionAsync(default), Is.EqualTo(new Revision(1)));
        Assert.That(await PutAsync(store, "/a", "1"), Is.EqualTo(new Revision(2)));
    }

    [Test]
    public async Task Everything_is_there_after_a_restart_and_revisions_go_on()
    {
        await using (var first = await OpenAsync())
        {
            await PutAsync(first, "/a", "1");
            await PutAsync(first, "/b", "1");
            await PutAsync(first, "/a", "2");
        }

        await using var second = await OpenAsync();
        Assert.That(await second.CurrentRevisionAsync(default), Is.EqualTo(new Revision(4)));
        var found = (RangeResult.Found)await second.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default);
        Assert.That(found.Items.Select(item => (item.Key, item.Created.Value, item.Modified.Value)), Is.EqualTo(new[] { ("/a", 2L, 4L), ("/b", 3L, 3L) }));
        var old = (RangeResult.Found)await second.RangeAsync(new RangeQuery(KeyInterval.Single("/a"), At: new Revision(3)), default);
        Assert.That(old.Items.Single().Modified, Is.EqualTo(new Revision(2)));
        Assert.That(await PutAsync(second, "/c", "1"), Is.EqualTo(new Revision(5)));
    }

    [Test]
    public async Task Revisions_go_on_though_everything_was_deleted_and_compacted()
    {
        await using (var first = await OpenAsync())
        {
            await PutAsync(first, "/a", "1");
            await first.CommitAsync(StoreTransaction.Delete("/a", new Revision(2)), default);
            await first.CompactAsync(new Revision(3), default);
        }

        await using var second = await OpenAsync();
        Assert.That(await second.CurrentRevisionAsync(default), Is.EqualTo(new Revision(3)));
        Assert.That(await second.RangeAsync(new RangeQuery(KeyInterval.Single("/a"), At: new Revision(2)), default), Is.EqualTo(new RangeResult.Compacted(new Revision(3))));
        Assert.That(await PutAsync(second, "/a", "2"), Is.EqualTo(new Revision(4)));
    }

    [Test]
    public async Task Leases_outlive_a_restart_with_their_full_time()
    {
        LeaseId lease;
        await using (var first = await OpenAsync())
        {
            lease = await first.GrantLeaseAsync(TimeSpan.FromSeconds(60), default);
            await first.CommitAsync(StoreTransaction.Create("/a", "1"u8.ToArray(), lease), default);
            _time.Advance(TimeSpan.FromSeconds(50));
        }

        await using var second = await OpenAsync();
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.That(await second.KeepLeaseAliveAsync(lease, default), Is.True);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(await second.KeepLeaseAliveAsync(lease, default), Is.True, "kept alive again, it has its full time again");
        _time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.TrueAsync(async () => ((RangeResult.Found)await second.RangeAsync(new RangeQuery(KeyInterval.Single("/a")), default)).Count == 0);
        Assert.That(await second.GrantLeaseAsync(TimeSpan.FromSeconds(60), default), Is.Not.EqualTo(lease), "identities are not used again");
    }

    [Test]
    public async Task A_second_opening_is_refused_until_the_first_is_closed()
    {
        var first = await OpenAsync();
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains("in use by another process"));
        await first.DisposeAsync();
        await using var second = await OpenAsync();
    }

    [Test]
    public async Task A_file_of_a_newer_format_is_refused_and_left_alone()
    {
        await (await OpenAsync()).DisposeAsync();
        Execute($"PRAGMA user_version={DatabaseFormat.Newest + 1}");
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains($"format {DatabaseFormat.Newest + 1}"));
        Execute($"PRAGMA user_version={DatabaseFormat.Newest}");
        await using var store = await OpenAsync();
    }

    [Test]
    public void A_database_of_another_program_or_no_database_is_refused()
    {
        Directory.CreateDirectory(_directory["data"]);
        Execute("CREATE TABLE theirs(x)");
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains("another program"));
        File.WriteAllText(Options.Path, new string('x', 10_000));
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>());
    }

    [Test]
    public void A_commit_is_an_fsync_of_the_write_ahead_log()
    {
        using var file = DatabaseFile.Open(Options.Path);
        using var connection = file.ConnectWriter();
        Assert.That(Ask(connection, "PRAGMA journal_mode"), Is.EqualTo("wal"));
        Assert.That(Ask(connection, "PRAGMA synchronous"), Is.EqualTo(2), "FULL");
    }

    [Test]
    public async Task Nobody_else_may_read_the_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("files have modes on Unix alone");
            return;
        }

        await using var store = await OpenAsync();
        await PutAsync(store, "/a", "1");
        foreach (var file in Directory.GetFiles(_directory["data"]))
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
    }

    [Test]
    public async Task The_space_that_compaction_frees_is_used_again()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options with { CheckpointBytes = 1 << 20 }, default);
        var sizes = new List<long>();
        for (var round = 0; round < 6; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(number => PutAsync(store, $"/{number}", new string('x', 4000))));
            await store.CompactAsync(await store.CurrentRevisionAsync(default), default);
            sizes.Add(await store.SizeInBytesAsync(default));
        }

        Assert.That(sizes[^1], Is.LessThan(3 * sizes[1]), "neither the file nor the log grows with what was forgotten");
        Assert.That(sizes[^1], Is.LessThan(16 << 20));
    }

    [Test]
    public async Task A_full_store_refuses_puts_and_takes_deletes_until_there_is_room()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options with { MaxDatabaseBytes = 1 << 20 }, default);
        var number = 0;
        Assert.That(
            async () =>
            {
                for (; ; number++)
                    await PutAsync(store, $"/{number}", new string('x', 50_000));
            },
            Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").False);
        Assert.That(number, Is.InRange(10, 30));

        while (--number >= 0)
            await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Delete($"/{number}")]), default);
        await store.CompactAsync(await store.CurrentRevisionAsync(default), default);
        await PutAsync(store, "/again", "x");
    }

    [Test]
    public async Task A_watcher_that_does_not_keep_up_is_ended_and_costs_the_others_nothing()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options with { WatchBufferChanges = 10 }, default);
        await using var slow = store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), default).GetAsyncEnumerator();
        await PutAsync(store, "/0", "x");
        Assert.That(await slow.MoveNextAsync());
        for (var number = 1; number < 20; number++)
            await PutAsync(store, $"/{number}", "x");
        Assert.That(
            async () =>
            {
                while (await slow.MoveNextAsync())
                {
                }
            },
            Throws.InstanceOf<WatchOverrunException>());

        var again = 0;
        await foreach (var message in store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), default))
        {
            if (message is StoreWatchMessage.Changed && ++again == 20)
                break;
        }
    }

    [Test]
    public async Task A_quiet_watch_tells_how_far_it_is()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "/mine/a", "1");
        await using var watch = store.WatchAsync(new StoreWatchQuery("/mine/", new Revision(1), TimeSpan.FromSeconds(5)), default).GetAsyncEnumerator();
        Assert.That(await watch.MoveNextAsync());
        Assert.That(watch.Current, Is.InstanceOf<StoreWatchMessage.Changed>());
        var elsewhere = await PutAsync(store, "/other/a", "1");
        var next = watch.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return next.IsCompleted;
        });
        Assert.That(await next);
        Assert.That(watch.Current, Is.EqualTo(new StoreWatchMessage.Progress(elsewhere)));
    }

    [Test]
    public async Task A_closed_store_refuses_writes_and_reads_with_a_known_outcome()
    {
        var store = await OpenAsync();
        await store.DisposeAsync();
        Assert.That(async () => await PutAsync(store, "/a", "1"), Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").False);
        Assert.That(async () => await store.RangeAsync(new RangeQuery(KeyInterval.Single("/a")), default), Throws.InstanceOf<StoreUnavailableException>());
        await store.DisposeAsync();
    }

    [Test]
    public async Task An_interrupted_sweep_goes_on_at_the_next_compaction()
    {
        await using (var first = await OpenAsync())
        {
            for (var number = 0; number < 600; number++)
                await PutAsync(first, "/a", $"{number}");
            using var cancel = new CancellationTokenSource();
            await cancel.CancelAsync();
            Assert.That(async () => await first.CompactAsync(new Revision(601), cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        await using (var second = await OpenAsync())
            await second.CompactAsync(new Revision(601), default);
        Assert.That(Ask("SELECT COUNT(*) FROM versions"), Is.EqualTo(1));
    }

    private async Task<EmbeddedStore> OpenAsync() => await EmbeddedStore.OpenAsync(Options, default);

    private static async Task<Revision> PutAsync(EmbeddedStore store, string key, string value) =>
        ((CommitResult.Committed)await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(key, System.Text.Encoding.UTF8.GetBytes(value))]), default)).Revision;

    private void Execute(string sql) => Ask(sql);

    private object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Options.Path};Pooling=False");
        connection.Open();
        return Ask(connection, sql);
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
