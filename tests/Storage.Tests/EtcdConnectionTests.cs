using System.Collections.Concurrent;
using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>The way to etcd: members that come and go, TLS, and what etcd itself refuses.</summary>
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
public sealed class EtcdConnectionTests
{
    private static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public static void NeedEtcd()
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
    }

    [Test]
    public async Task A_member_that_is_down_is_passed_over()
    {
        await using var etcd = await EtcdProcess.StartAsync();
        var nobody = new Uri($"http://127.0.0.1:{FreePort.Take(1)[0]}");
        await using var store = await EtcdStore.ConnectAsync(new EtcdStoreOptions { Endpoints = [nobody, etcd.Endpoint] }, Cancel);
        Assert.That(await store.CommitAsync(StoreTransaction.Create("/a", "1"u8.ToArray()), Cancel), Is.EqualTo(new CommitResult.Committed(new Revision(2))));
    }

    [Test]
    public async Task A_watch_goes_on_after_a_crash_without_gap_or_repeat()
    {
        await using var etcd = await EtcdProcess.StartAsync();
        await using var store = await EtcdStore.ConnectAsync(Options(etcd), Cancel);
        await using var watch = store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), Cancel).GetAsyncEnumerator(Cancel);
        for (var number = 2; number <= 10; number++)
        {
            if (number % 3 == 0)
            {
                await etcd.KillAsync();
                await etcd.StartAgainAsync();
            }

            await Eventually.TrueAsync(() => AnswersAsync(store));
            Assert.That((await PutAsync(store, $"/{number}")).Revision.Value, Is.EqualTo(number));
            Assert.That(await watch.MoveNextAsync());
            Assert.That(((StoreWatchMessage.Changed)watch.Current).Revision.Value, Is.EqualTo(number));
        }
    }

    [Test]
    public async Task Without_etcd_calls_say_so_and_whether_the_write_may_have_happened()
    {
        await using var etcd = await EtcdProcess.StartAsync();
        await using var store = await EtcdStore.ConnectAsync(Options(etcd), Cancel);
        await etcd.KillAsync();
        Assert.That(async () => await store.CurrentRevisionAsync(Cancel), Throws.InstanceOf<StoreUnavailableException>());
        Assert.That(async () => await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), Cancel), Throws.InstanceOf<StoreUnavailableException>());
        Assert.That(
            async () => await store.CommitAsync(StoreTransaction.Create("/a", "1"u8.ToArray()), Cancel),
            Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").False,
            "nobody took the connection");

        await etcd.StartAgainAsync();
        await Eventually.TrueAsync(() => AnswersAsync(store));
        Assert.That(await store.CurrentRevisionAsync(Cancel), Is.EqualTo(new Revision(1)), "it has not happened");
    }

    [Test]
    public async Task A_watch_ends_when_no_member_is_found_in_time()
    {
        await using var etcd = await EtcdProcess.StartAsync();
        await using var store = await EtcdStore.ConnectAsync(Options(etcd) with { ConnectTimeout = TimeSpan.FromSeconds(1) }, Cancel);
        await PutAsync(store, "/a");
        await using var watch = store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), Cancel).GetAsyncEnumerator(Cancel);
        Assert.That(await watch.MoveNextAsync());
        await etcd.KillAsync();
        Assert.That(async () => await watch.MoveNextAsync(), Throws.InstanceOf<StoreUnavailableException>());
    }

    [Test]
    public async Task A_watch_that_was_quiet_for_long_looks_for_a_member_as_well()
    {
        await using var etcd = await EtcdProcess.StartAsync();
        var clock = new LeapingClock();
        await using var store = await EtcdStore.ConnectAsync(Options(etcd) with { Time = clock }, Cancel);
        await using var watch = store.WatchAsync(new StoreWatchQuery("/", new Revision(1)), Cancel).GetAsyncEnumerator(Cancel);
        await PutAsync(store, "/a");
        Assert.That(await watch.MoveNextAsync());
        clock.Leap(TimeSpan.FromHours(1));
        var next = watch.MoveNextAsync().AsTask();
        await etcd.KillAsync();
        await etcd.StartAgainAsync();
        await Eventually.TrueAsync(() => AnswersAsync(store));
        await PutAsync(store, "/b");
        Assert.That(await next);
        Assert.That(((StoreWatchMessage.Changed)watch.Current).Revision, Is.EqualTo(new Revision(3)));
    }

    [Test]
    public async Task A_full_etcd_refuses_puts_and_never_denies_one_that_has_happened()
    {
        await using var etcd = await EtcdProcess.StartAsync("--quota-backend-bytes=1000000");
        await using var store = await EtcdStore.ConnectAsync(Options(etcd), Cancel);
        // Side by side: those that etcd has taken in when one reaches the quota are applied, and answered as refused.
        var denied = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => FillAsync(store, $"/{writer}/", denied)));
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/"), KeysOnly: true), Cancel);
        Assert.That(found.Items.Select(item => item.Key).Intersect(denied), Is.Empty);
        Assert.That(
            async () => await store.CommitAsync(StoreTransaction.Create("/later", new byte[10]), Cancel),
            Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains("database space exceeded"));
    }

    [Test]
    public async Task A_quiet_watch_tells_how_far_it_is()
    {
        await using var etcd = await EtcdProcess.StartAsync("--experimental-watch-progress-notify-interval=100ms");
        await using var store = await EtcdStore.ConnectAsync(Options(etcd), Cancel);
        await using var watch = store.WatchAsync(new StoreWatchQuery("/mine/", new Revision(1), TimeSpan.FromSeconds(1)), Cancel).GetAsyncEnumerator(Cancel);
        await PutAsync(store, "/mine/a");
        Assert.That(await watch.MoveNextAsync());
        Assert.That(watch.Current, Is.InstanceOf<StoreWatchMessage.Changed>());
        var elsewhere = await PutAsync(store, "/other/a");
        Assert.That(await watch.MoveNextAsync());
        Assert.That(watch.Current, Is.EqualTo(new StoreWatchMessage.Progress(elsewhere.Revision)));
    }

    [Test]
    public async Task Tls_shows_the_clients_certificate_and_checks_the_servers()
    {
        using var pki = new TestAuthority();
        var (certificate, key) = pki.Issue("etcd");
        await using var etcd = await EtcdProcess.StartAsync(
            $"--cert-file={certificate}", $"--key-file={key}", $"--trusted-ca-file={pki.CaFile}", "--client-cert-auth");
        var trusted = Options(etcd) with { CaFile = pki.CaFile, CertificateFile = certificate, KeyFile = key, ConnectTimeout = TimeSpan.FromSeconds(1) };
        await using (var store = await EtcdStore.ConnectAsync(trusted, Cancel))
            Assert.That(await PutAsync(store, "/a"), Is.Not.Null);

        Assert.That(() => EtcdStore.ConnectAsync(trusted with { CertificateFile = null }, Cancel), Throws.InstanceOf<StoreUnavailableException>());
        using var others = new TestAuthority();
        Assert.That(() => EtcdStore.ConnectAsync(trusted with { CaFile = others.CaFile }, Cancel), Throws.InstanceOf<StoreUnavailableException>());
    }

    private static EtcdStoreOptions Options(EtcdProcess etcd) => new() { Endpoints = [etcd.Endpoint] };

    private static async Task<CommitResult.Committed> PutAsync(EtcdStore store, string key) =>
        (CommitResult.Committed)await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(key, "x"u8.ToArray())]), Cancel);

    // Until etcd takes no more.
    private static async Task FillAsync(EtcdStore store, string prefix, ConcurrentBag<string> denied)
    {
        for (var number = 0; ; number++)
        {
            try
            {
                await store.CommitAsync(StoreTransaction.Create(prefix + number, new byte[10_000]), Cancel);
            }
            catch (StoreUnavailableException failure)
            {
                if (!failure.OutcomeUnknown)
                    denied.Add(prefix + number);
                return;
            }
        }
    }

    private static async Task<bool> AnswersAsync(EtcdStore store)
    {
        try
        {
            await store.CurrentRevisionAsync(Cancel);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>A clock on which much time can pass at once; what waits by it waits as ever.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _leapt;

        public void Leap(TimeSpan time) => Interlocked.Add(ref _leapt, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _leapt);
    }
}
