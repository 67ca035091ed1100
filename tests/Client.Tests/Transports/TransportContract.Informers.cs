using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Client.Tests.Transports;

/// <content>Informers: no change lost, none told twice, whatever happens on the way.</content>
public abstract partial class TransportContract
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task An_informer_learns_what_there_is_and_what_changes(bool useWatchList)
    {
        var before = await MakeAsync("informed");
        await using var informer = await FollowAsync(new BrokenTransport(Transport), useWatchList);
        await ChangeAsync(before, "2");
        await informer.UntilAsync(before.Key, map => map?.Data["a"] == "2");
        await Api.DeleteAsync(before, Deletion.Default, Cancel);
        await informer.UntilAsync(before.Key, map => map is null);
        Assert.That(informer.Told("informed"), Is.EqualTo(new[] { "added", "changed", "deleted" }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_informer_that_was_cut_off_goes_on_without_loss_or_repetition(bool useWatchList)
    {
        var broken = new BrokenTransport(Transport);
        var kept = await MakeAsync("kept");
        await using var informer = await FollowAsync(broken, useWatchList);
        broken.Break(new IOException("the connection broke"));
        await ChangeAsync(kept, "2");
        var made = await MakeAsync("made");
        broken.Mend();
        await informer.UntilAsync(made.Key, map => map is not null);
        await ChangeAsync(kept, "3");
        await informer.UntilAsync(kept.Key, map => map?.Data["a"] == "3");
        Assert.That(informer.Told("kept"), Is.EqualTo(new[] { "added", "changed", "changed" }));
        Assert.That(informer.Told("made"), Is.EqualTo(new[] { "added" }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_informer_whose_history_is_gone_lists_again_and_tells_the_difference(bool useWatchList)
    {
        var broken = new BrokenTransport(Transport);
        var (same, changed, gone) = (await MakeAsync("same"), await MakeAsync("changed"), await MakeAsync("gone"));
        await using var informer = await FollowAsync(broken, useWatchList);
        broken.Break(new ApiException(new Status { Code = 410, Reason = "Expired", Message = "too old resource version" }));
        await ChangeAsync(changed, "2");
        await Api.DeleteAsync(gone, Deletion.Default, Cancel);
        var made = await MakeAsync("new");
        broken.Mend();
        await informer.UntilAsync(made.Key, map => map is not null);
        Assert.That(informer.Told("same"), Is.EqualTo(new[] { "added" }));
        Assert.That(informer.Told("changed"), Is.EqualTo(new[] { "added", "changed" }));
        Assert.That(informer.Told("gone"), Is.EqualTo(new[] { "added", "deleted" }));
        Assert.That(informer.Told("new"), Is.EqualTo(new[] { "added" }));
    }

    [Test]
    public async Task An_informer_sees_what_a_storm_of_writers_leaves()
    {
        await using var informer = await FollowAsync(new BrokenTransport(Transport), useWatchList: true);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var map = await MakeAsync($"storm-{writer}");
            for (var i = 2; i <= 20; i++)
                await ChangeAsync(map, $"{i}");
        }));
        foreach (var writer in Enumerable.Range(0, 8))
        {
            await informer.UntilAsync(new ObjectKey(Namespace, $"storm-{writer}"), map => map?.Data["a"] == "20");
            Assert.That(informer.Told($"storm-{writer}"), Has.Length.EqualTo(20), "each change once");
        }
    }

    [Test]
    public async Task A_resync_tells_all_again_without_a_change()
    {
        await MakeAsync("again");
        await using var informer = await FollowAsync(new BrokenTransport(Transport), useWatchList: true);
        informer.Informer.Resync();
        Assert.That(informer.Told("again"), Is.EqualTo(new[] { "added", "again" }));
    }

    [Test]
    public async Task A_handler_that_comes_late_is_told_what_there_is()
    {
        await MakeAsync("early");
        await using var informer = await FollowAsync(new BrokenTransport(Transport), useWatchList: true);
        var told = new List<string>();
        using var subscription = informer.Informer.Subscribe(change => told.Add($"{change.Object.Metadata.Name} {change.IsInitial}"));
        Assert.That(told, Is.EqualTo(new[] { "early True" }));
    }

    private async Task<Followed> FollowAsync(BrokenTransport transport, bool useWatchList)
    {
        var options = new InformerOptions
        {
            Query = ObjectQuery.In(Namespace),
            UseWatchList = useWatchList,
            MinBackOff = TimeSpan.FromMilliseconds(1),
            MaxBackOff = TimeSpan.FromMilliseconds(20),
        };
        var followed = new Followed(new Informer<ConfigMap>(transport, options, TimeProvider.System, new Random(1), NullLogger.Instance));
        await followed.Informer.WaitForSyncAsync(Cancel);
        // A first list may be of any age: tests begin when it has caught up.
        foreach (var map in (await Api.ListAsync<ConfigMap>(ObjectQuery.In(Namespace), Cancel)).Items)
            await followed.UntilAsync(map.Key, found => found?.Metadata.ResourceVersion == map.Metadata.ResourceVersion);
        return followed;
    }

    /// <summary>A running informer and what it told, by name.</summary>
    private sealed class Followed : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<(string Name, string What)> _told = [];
        private readonly Task _run;

        public Followed(Informer<ConfigMap> informer)
        {
            Informer = informer;
            informer.Subscribe(change =>
            {
                lock (_told)
                    _told.Add((change.Object.Metadata.Name, change.IsResync ? "again" : change.IsDeleted ? "deleted" : change.IsAdded ? "added" : "changed"));
            });
            _run = informer.RunAsync(_stop.Token);
        }

        public Informer<ConfigMap> Informer { get; }

        public string[] Told(string name)
        {
            lock (_told)
                return [.. _told.Where(one => one.Name == name).Select(one => one.What)];
        }

        public Task UntilAsync(ObjectKey key, Func<ConfigMap?, bool> condition) => Eventually.TrueAsync(() => condition(Informer.Store.Find(key)));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _stop.Dispose();
        }
    }
}
