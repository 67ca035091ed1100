using ControlPlane.Machinery.Transport;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;
using ControlPlane.TestKit;

namespace ControlPlane.Registry.Tests;

/// <summary>What becomes of reads, writes and watches while the store's watch is late, broken, or has lost its history.</summary>
public sealed class FeedTests : RegistryTest
{
    private InterruptedStore? _interrupted;

    private protected override RegistryOptions Options => new();

    private InterruptedStore Interrupted => _interrupted!;

    private protected override async Task<IKeyValueStore> OpenStoreAsync(string path) => _interrupted = new InterruptedStore(await base.OpenStoreAsync(path));

    [Test]
    public async Task Writes_are_right_though_the_cache_is_behind()
    {
        await CreateAsync(Map("seen"));
        await ConfigMaps.GetAsync(Key("seen"), "", Cancel);
        Interrupted.Hold();
        await CreateAsync(Map("unseen"));
        // The cache knows neither of the new object nor of the change; a refusal must wait until it does.
        var behind = new[]
        {
            SetAsync("unseen", "2"),
            SetAsync("seen", "2"),
            RefusedAsync(() => CreateAsync(Map("unseen")), 409),
            DeleteAsync(ConfigMaps, Key("unseen", "nowhere")).ContinueWith(static _ => { }, TaskScheduler.Default),
        };
        Assert.That(behind[0].IsCompletedSuccessfully, Is.False);
        Interrupted.Release();
        await Task.WhenAll(behind);
        Assert.That(((Types.Core.ConfigMap)(await ConfigMaps.GetAsync(Key("unseen"), "", Cancel)).Record).Data["k"], Is.EqualTo("2"));
    }

    [Test]
    public async Task A_linearizable_read_waits_for_the_cache_and_one_of_any_age_does_not()
    {
        await CreateAsync(Map("a"));
        await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        Interrupted.Hold();
        var changed = await ChangeAsync<Types.Core.ConfigMap>(ConfigMaps, Key("a"), map => map with { Data = [] });
        var fresh = ConfigMaps.GetAsync(Key("a"), "", Cancel).AsTask();
        var any = await ConfigMaps.GetAsync(Key("a"), "0", Cancel);
        Assert.That((any.Revision < changed.Revision, fresh.IsCompleted), Is.EqualTo((true, false)));
        Interrupted.Release();
        Assert.That((await fresh).Revision, Is.EqualTo(changed.Revision));
    }

    [Test]
    public async Task After_a_broken_connection_watches_go_on_without_a_gap()
    {
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        await CreateAsync(Map("a"));
        Interrupted.Break();
        await CreateAsync(Map("b"));
        await AdvanceUntilAsync(() => Interrupted.Watches == 2);
        await CreateAsync(Map("c"));
        Assert.That((await ReadAsync(watch, 3)).Select(item => item.Object!.Key.Name), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [Test]
    public async Task When_the_history_is_lost_the_cache_is_filled_anew_and_watches_end()
    {
        await CreateAsync(Map("a"));
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        await ReadAsync(watch, 1);
        Interrupted.Hold();
        await DeleteAsync(ConfigMaps, Key("a"));
        var last = await CreateAsync(Map("b"));
        Interrupted.Forget(last.Revision);
        Assert.That(await watch.WaitToReadAsync(Cancel), Is.False);
        Assert.That((await ConfigMaps.ListAsync(new ListRequest(), Cancel)).Items.Select(one => one.Key.Name), Is.EqualTo(new[] { "b" }));
        using var next = await ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = last.ResourceVersion }, Cancel);
        await CreateAsync(Map("c"));
        Assert.That((await ReadAsync(next, 1)).Select(item => (item.Type, item.Object!.Key.Name)), Is.EqualTo(new[] { (WatchEventType.Added, "c") }));
    }

    [Test]
    public async Task A_write_outside_the_registry_does_not_hold_up_reads()
    {
        await CreateAsync(Map("a"));
        await Store.CommitAsync(StoreTransaction.Create("/elsewhere", new byte[] { 1 }), Cancel);
        var read = ConfigMaps.GetAsync(Key("a"), "", Cancel).AsTask();
        await AdvanceUntilAsync(() => read.IsCompleted);
        Assert.That((await read).Key.Name, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_deletion_by_another_server_shows_what_it_deleted_and_not_what_a_writer_here_had_in_mind()
    {
        const string Path = "/registry/configmaps/default/a";
        await CreateAsync(Map("a"));
        var other = await SetAsync("a", "of the other server");
        var known = await SetAsync("a", "known here");
        await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = known.ResourceVersion }, Cancel);
        Interrupted.HoldCommits();
        var deletion = RefusedAsync(() => DeleteAsync(ConfigMaps, Key("a")), 404);
        await Eventually.TrueAsync(() => Interrupted.HeldCommits == 1);

        var replaced = (CommitResult.Committed)await Interrupted.Beneath.CommitAsync(StoreTransaction.Replace(Path, known.StoreRevision, other.Stored), Cancel);
        await Interrupted.Beneath.CommitAsync(StoreTransaction.Delete(Path, replaced.Revision), Cancel);
        var told = (await ReadAsync(watch, 2)).Select(item => (item.Type, ((Types.Core.ConfigMap)item.Object!.Record).Data["k"]));
        Assert.That(told, Is.EqualTo(new[] { (WatchEventType.Modified, "of the other server"), (WatchEventType.Deleted, "of the other server") }));

        Interrupted.ReleaseCommits();
        await deletion;
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(() =>
    {
        if (condition())
            return true;
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        return condition();
    });
}
