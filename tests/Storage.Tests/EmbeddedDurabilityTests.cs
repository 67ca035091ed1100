using System.Collections.Concurrent;
using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Tests.Faults;
using ControlPlane.TestKit;
using SQLitePCL;

namespace ControlPlane.Storage.Tests;

/// <summary>When callers are answered, and what of a write is there, while the disk under the embedded engine counts, fails or loses its power.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(120_000)]
public sealed class EmbeddedDurabilityTests : IDisposable
{
    private const string Log = "store.db-wal";
    private const string Database = "store.db";

    private readonly TemporaryDirectory _directory = new();
    private readonly FaultyDisk _disk;

    public EmbeddedDurabilityTests() => _disk = new FaultyDisk(_directory["disk"]);

    private EmbeddedStoreOptions Options => new() { Path = Path.Combine(_directory["disk"], Database) };

    public void Dispose()
    {
        _disk.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task Callers_that_wait_together_share_one_fsync_and_nobody_is_told_before_it()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options, default);
        await PutAsync(store, "/zero"); // the first write of a log makes its header durable, too
        await using var watch = store.WatchAsync(new StoreWatchQuery("/", new Revision(2)), default).GetAsyncEnumerator();
        var told = watch.MoveNextAsync().AsTask();
        using var reached = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        _disk.Fault = (operation, _) =>
        {
            if (operation == DiskOperation.Sync)
            {
                reached.Set();
                release.Wait();
            }

            return 0;
        };
        var before = Syncs();
        var first = PutAsync(store, "/first");
        reached.Wait();
        List<Task<Revision>> others = [.. Enumerable.Range(0, 50).Select(number => PutAsync(store, $"/{number}"))];
        try
        {
            Assert.That(first.IsCompleted, Is.False, "it is in the log, but not durable");
            Assert.That(told.IsCompleted, Is.False, "watchers are callers too");
            Assert.That(await KeysAsync(store), Is.EqualTo(new[] { "/zero" }));
        }
        finally
        {
            _disk.Fault = (_, _) => 0;
            release.Set();
        }

        await Task.WhenAll([first, .. others]);
        Assert.That(Syncs() - before, Is.EqualTo(2), "one for the first, one for all that came meanwhile");
        Assert.That(await told);
    }

    [Test]
    public async Task A_failed_fsync_leaves_its_batch_open_and_ends_all_writing_while_reading_goes_on()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options, default);
        await PutAsync(store, "/a");
        _disk.Fault = (operation, file) => operation == DiskOperation.Sync && file == Log ? raw.SQLITE_IOERR_FSYNC : 0;
        Assert.That(() => PutAsync(store, "/b"), Throws.InstanceOf<StoreUnavailableException>()
            .With.Property("OutcomeUnknown").True.And.Message.Contains(Options.Path).And.Message.Contains("could not make a write durable"));

        _disk.Fault = (_, _) => 0;
        Assert.That(() => PutAsync(store, "/c"), Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").False);
        Assert.That(await KeysAsync(store), Is.EqualTo(new[] { "/a" }));
        await store.DisposeAsync();
        await using var again = await EmbeddedStore.OpenAsync(Options, default);
        await PutAsync(again, "/d");
        Assert.That(await KeysAsync(again), Does.Contain("/a").And.Contain("/d").And.Not.Contain("/c"));
    }

    [Test]
    public async Task On_a_full_disk_writes_are_refused_reads_go_on_and_writing_does_once_there_is_room()
    {
        var store = await EmbeddedStore.OpenAsync(Options, default);
        await PutAsync(store, "/a");
        _disk.Fault = (operation, _) => operation == DiskOperation.Write ? raw.SQLITE_FULL : 0;
        var refused = Enumerable.Range(0, 20).Select(number => PutAsync(store, $"/refused/{number}")).ToList();
        foreach (var write in refused)
        {
            Assert.That(() => write, Throws.InstanceOf<StoreUnavailableException>()
                .With.Property("OutcomeUnknown").False.And.Message.Contains(Options.Path).And.Message.Contains("no space is left on the disk"));
        }

        Assert.That(await KeysAsync(store), Is.EqualTo(new[] { "/a" }));
        _disk.Fault = (_, _) => 0;
        var revision = await PutAsync(store, "/b");
        Assert.That(revision, Is.EqualTo(new Revision(3)), "what was refused has made no revision");
        var watched = new List<string>();
        await foreach (var message in store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), default))
        {
            watched.AddRange(((StoreWatchMessage.Changed)message).Changes.Select(change => change.Key));
            if (watched.Contains("/b"))
                break;
        }

        Assert.That(watched, Is.EqualTo(new[] { "/a", "/b" }));
        await store.DisposeAsync();
        await using var again = await EmbeddedStore.OpenAsync(Options, default);
        Assert.That(await KeysAsync(again), Is.EqualTo(new[] { "/a", "/b" }));
    }

    [Test]
    public async Task When_only_the_database_file_finds_no_room_writing_goes_on_and_the_log_is_carried_over_later()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options with { CheckpointBytes = 64 << 10 }, default);
        _disk.Fault = (operation, file) => operation == DiskOperation.Write && file == Database ? raw.SQLITE_FULL : 0;
        for (var number = 0; number < 50; number++)
            await PutAsync(store, $"/{number:D2}");
        Assert.That(_disk.Done.Count(done => done == (DiskOperation.Write, Database)), Is.Zero);
        _disk.Fault = (_, _) => 0;
        await PutAsync(store, "/last");
        Assert.That((await KeysAsync(store)).Length, Is.EqualTo(51));
        Assert.That(_disk.Done.Count(done => done == (DiskOperation.Write, Database)), Is.Positive);
    }

    [Test]
    public async Task What_was_acknowledged_outlives_any_power_cut_and_what_was_torn_is_not_there()
    {
        const int cuts = 15;
        var random = new Random(TestContext.CurrentContext.Random.Next());
        await using var store = await EmbeddedStore.OpenAsync(Options with { CheckpointBytes = 256 << 10, HistoryBytes = 256 << 10 }, default);
        var acknowledged = new ConcurrentDictionary<string, long>();
        using var ending = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; !ending.IsCancellationRequested; number++)
                acknowledged[$"/{writer}/{number % 50:D2}"] = (await PutAsync(store, $"/{writer}/{number % 50:D2}")).Value;
        })).ToList();

        for (var cut = 0; cut < cuts; cut++)
        {
            var until = acknowledged.Count == 0 ? 1 : acknowledged.Values.Max() + random.Next(1, 200);
            await Eventually.TrueAsync(() => acknowledged.Values.Any(revision => revision >= until));
            var promised = acknowledged.ToArray();
            var image = _directory[$"cut-{cut}"];
            _disk.CutPower(random, image);
            await AssertHoldsAsync(Path.Combine(image, Database), promised);
        }

        await ending.CancelAsync();
        await Task.WhenAll(writing);
    }

    private static async Task AssertHoldsAsync(string path, KeyValuePair<string, long>[] promised)
    {
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = path }, default);
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default);
        var items = found.Items.ToDictionary(item => item.Key, item => item.Modified.Value);
        foreach (var (key, revision) in promised)
            Assert.That(items.GetValueOrDefault(key), Is.GreaterThanOrEqualTo(revision), key);
        Assert.That(items.Values, Is.Unique);
        Assert.That(Embedded.Maintenance.DatabaseCheck.Run(path, _ => null).Problems, Is.Empty);
        Assert.That(await PutAsync(store, "/after"), Is.EqualTo(found.Revision.Next));
    }

    private int Syncs() => _disk.Done.Count(done => done.Operation == DiskOperation.Sync);

    private static async Task<string[]> KeysAsync(EmbeddedStore store) =>
        [.. ((RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default)).Items.Select(item => item.Key)];

    private static Task<Revision> PutAsync(EmbeddedStore store, string key) => Task.Run(async () =>
        ((CommitResult.Committed)await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(key, new byte[3000])]), default)).Revision);
}
