using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>How much of the past the embedded engine keeps when nobody compacts, and that its file stays small for it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(120_000)]
public sealed class EmbeddedHistoryTests : IDisposable
{
    private const int ValueBytes = 3600;

    private readonly TemporaryDirectory _directory = new();

    private EmbeddedStoreOptions Options => new() { Path = _directory["store.db"], HistoryBytes = 1 << 20, CheckpointBytes = 512 << 10 };

    public void Dispose() => _directory.Dispose();

    [Test]
    public async Task Files_stay_under_three_times_the_live_data_however_often_it_changes_while_readers_and_watchers_are_there()
    {
        const int objects = 1000;
        const int updates = 20_000;
        const long liveBytes = objects * (long)ValueBytes;
        await using var store = await EmbeddedStore.OpenAsync(Options, default);
        using var ending = new CancellationTokenSource();
        var watching = WatchAsync(store, updates);
        var reading = Task.Run(() => ReadAsync(store, ending.Token));
        var largest = 0L;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            for (int update; (update = Interlocked.Increment(ref next)) < updates;)
            {
                await PutAsync(store, $"/{update % objects:D4}", ValueBytes);
                if (update % 500 == 0)
                    InterlockedMax(ref largest, new FileInfo(Options.Path).Length);
            }
        })));
        await ending.CancelAsync();

        Assert.That(await watching, Is.EqualTo(updates), "a watcher that keeps up misses nothing, whatever is forgotten behind it");
        Assert.That(await reading, Is.Positive);
        Assert.That(largest, Is.InRange(liveBytes, 3 * liveBytes));
        Assert.That(new FileInfo(Options.Path + "-wal").Length, Is.LessThan(8 * Options.CheckpointBytes));
    }

    [Test]
    public async Task Too_much_history_goes_by_itself_and_the_newest_half_of_it_stays()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options, default);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => PutAsync(store, "/a", ValueBytes)));
        const int versionsKept = (1 << 20) / ValueBytes;
        await Eventually.TrueAsync(async () =>
            await store.RangeAsync(new RangeQuery(KeyInterval.Single("/a"), At: new Revision(2)), default) is RangeResult.Compacted compacted
            && compacted.CompactRevision.Value > 1000 - versionsKept);
        Assert.That(await store.RangeAsync(new RangeQuery(KeyInterval.Single("/a"), At: new Revision(1000)), default), Is.InstanceOf<RangeResult.Found>());
    }

    [Test]
    public async Task As_much_history_is_kept_as_there_is_data()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options with { HistoryBytes = 0 }, default);
        await Task.WhenAll(Enumerable.Range(0, 900).Select(number => PutAsync(store, $"/{number}", ValueBytes)));
        await Task.WhenAll(Enumerable.Range(0, 800).Select(_ => PutAsync(store, "/hot", ValueBytes)));
        Assert.That(await store.RangeAsync(new RangeQuery(KeyInterval.Single("/0"), At: new Revision(2)), default), Is.InstanceOf<RangeResult.Found>());
    }

    [Test]
    public async Task What_is_counted_is_the_same_after_a_restart_as_counted_from_the_beginning()
    {
        await using (var store = await EmbeddedStore.OpenAsync(Options with { HistoryBytes = 2 << 20 }, default))
        {
            for (var round = 0; round < 30; round++)
            {
                await Task.WhenAll(Enumerable.Range(0, 100).Select(number => PutAsync(store, $"/{number % 70}", number * 50)));
                await Task.WhenAll(Enumerable.Range(0, 10).Select(number => store.CommitAsync(new StoreTransaction([], [new StoreWrite.Delete($"/{number + round}")]), default).AsTask()));
            }

            await store.CompactAsync(new Revision((await store.CurrentRevisionAsync(default)).Value - 100), default);
            await Task.WhenAll(Enumerable.Range(0, 500).Select(number => PutAsync(store, $"/{number % 70}", number)));
        }

        using var file = DatabaseFile.Open(Options.Path);
        using var writer = new VersionWriter(file.ConnectWriter(), file.Path, Options);
        var (counted, live, history) = writer.Compaction.ReadCounts();
        var again = new HistoryBudget(0);
        again.Load(live, history, Position.RevisionOf(counted));
        writer.Reader.Count(counted, again);
        var all = new HistoryBudget(0);
        writer.Reader.Count(0, all);
        Assert.That(counted, Is.Positive);
        Assert.That(again.Live, Is.EqualTo(all.Live));
        Assert.That(again.History, Is.InRange(all.History, all.History + 2 * HistoryBudget.EntryBytes), "what is forgotten is counted off in portions");
    }

    [Test]
    public void The_budget_names_the_revision_up_to_which_history_must_go()
    {
        var budget = new HistoryBudget(atLeast: 1_000_000);
        var revision = new Revision(1);
        budget.Add(revision, key: 10, previous: null, current: 100_000);
        while (budget.Excess(isShortOfRoom: false).IsNone)
            budget.Add(revision = revision.Next, key: 10, previous: 100_000, current: 100_000);
        Assert.That(revision.Value, Is.EqualTo(11), "ten versions of the past are more than a million bytes");
        Assert.That(budget.Excess(isShortOfRoom: false), Is.EqualTo(new Revision(7)), "the newest four are less than half of it");
        Assert.That(budget.Excess(isShortOfRoom: true), Is.EqualTo(revision));
        budget.Forget(new Revision(8));
        Assert.That(budget.Excess(isShortOfRoom: false).IsNone);
        Assert.That(budget.History, Is.EqualTo(4 * 100_074));
        Assert.That(budget.Live, Is.EqualTo(100_074));
        budget.Add(new Revision(12), key: 10, previous: 100_000, current: null);
        Assert.That(budget.Live, Is.Zero);
        Assert.That(budget.History, Is.EqualTo(5 * 100_074 + 74), "the deletion itself is history too");
    }

    private static async Task<long> WatchAsync(EmbeddedStore store, long changes)
    {
        var seen = 0L;
        await foreach (var message in store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), default))
        {
            if (message is StoreWatchMessage.Changed changed && (seen += changed.Changes.Count) >= changes)
                break;
        }

        return seen;
    }

    private static async Task<long> ReadAsync(EmbeddedStore store, CancellationToken cancel)
    {
        var read = 0L;
        while (!cancel.IsCancellationRequested)
            read += ((RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/"), Limit: 200), default)).Items.Count;
        return read;
    }

    private static void InterlockedMax(ref long largest, long value)
    {
        var seen = Volatile.Read(ref largest);
        while (value > seen && Interlocked.CompareExchange(ref largest, value, seen) is var found && found != seen)
            seen = found;
    }

    private static async Task PutAsync(EmbeddedStore store, string key, int bytes) =>
        await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(key, new byte[bytes])]), default);
}
