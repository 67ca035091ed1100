using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Tests.Transports;

/// <content>Changes as they happen.</content>
public abstract partial class TransportContract
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    [Test]
    public async Task A_watch_tells_each_change_once_and_in_order()
    {
        var before = await MakeAsync("watched");
        await using var watch = Watch(Request() with { ResourceVersion = before.Metadata.ResourceVersion });
        var changed = await ChangeAsync(before, "2");
        var other = await MakeAsync("other");
        await Api.DeleteAsync(changed, Deletion.Default, Cancel);
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Modified, "watched")));
        Assert.That(watch.Current.Object, Is.EqualTo(changed));
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "other")));
        Assert.That(watch.Current.Object, Is.EqualTo(other));
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Deleted, "watched")));
        Assert.That(watch.Current.Object.Data["a"], Is.EqualTo("2"));
        Assert.That(long.Parse(watch.Current.Object.Metadata.ResourceVersion), Is.GreaterThan(long.Parse(changed.Metadata.ResourceVersion)), "the version of the deletion");
    }

    [Test]
    public async Task A_watch_goes_on_where_another_ended()
    {
        var first = await MakeAsync("first");
        var second = await MakeAsync("second");
        await MakeAsync("third");
        await using (var watch = Watch(Request() with { ResourceVersion = first.Metadata.ResourceVersion }))
            Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "second")));
        await using var next = Watch(Request() with { ResourceVersion = second.Metadata.ResourceVersion });
        Assert.That(await NextAsync(next), Is.EqualTo((WatchEventType.Added, "third")));
    }

    [Test]
    public async Task Without_a_version_a_watch_begins_with_what_there_is()
    {
        await MakeAsync("there");
        await using var watch = Watch(Request());
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "there")));
    }

    [Test]
    public async Task The_present_state_ends_with_a_bookmark_where_that_is_asked_for()
    {
        await MakeAsync("initial");
        await using var watch = Watch(Request() with { SendInitialEvents = true, ResourceVersionMatch = "NotOlderThan", AllowWatchBookmarks = true });
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "initial")));
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Bookmark, "")));
        Assert.That(watch.Current.Object.Metadata.Annotations[InitialEventsEnd], Is.EqualTo("true"));
        var later = await MakeAsync("later");
        Assert.That(long.Parse(watch.Current.Object.Metadata.ResourceVersion), Is.LessThan(long.Parse(later.Metadata.ResourceVersion)));
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "later")));
    }

    [Test]
    public async Task What_comes_to_be_selected_is_added_and_what_is_no_longer_is_deleted()
    {
        var made = await MakeAsync("selected");
        await using var watch = Watch(Request() with { LabelSelector = "pick=yes", ResourceVersion = made.Metadata.ResourceVersion });
        await Api.PatchAsync<ConfigMap>(made.Key, Patch.Merge("""{"metadata":{"labels":{"pick":"yes"}}}"""), Cancel);
        await Api.PatchAsync<ConfigMap>(made.Key, Patch.Merge("""{"metadata":{"labels":{"pick":"no"}}}"""), Cancel);
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "selected")));
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Deleted, "selected")));
    }

    [Test]
    public async Task A_watch_ends_when_its_time_is_up()
    {
        await using var watch = Watch(Request() with { Timeout = TimeSpan.FromSeconds(1), ResourceVersion = (await MakeAsync("short")).Metadata.ResourceVersion });
        Assert.That(await watch.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task A_watch_from_beyond_the_history_is_refused_with_410()
    {
        var made = await MakeAsync("old");
        var now = made;
        for (var i = 0; i < 600; i++) // more than the window of this server keeps
            now = await ChangeAsync(made, $"{i}");
        await using var watch = Watch(Request() with { ResourceVersion = made.Metadata.ResourceVersion });
        var refused = await RefusedAsync(() => watch.MoveNextAsync().AsTask());
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((410, "Expired")));
    }

    [Test]
    public async Task A_watch_ends_for_who_cancels_it()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var made = await MakeAsync("cancelled");
        await using var watch = Transport.WatchAsync<ConfigMap>(Request() with { ResourceVersion = made.Metadata.ResourceVersion }, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = watch.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        Assert.That(async () => await next, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Large_objects_are_watched_too()
    {
        var text = new string('y', 900_000);
        await using var watch = Watch(Request() with { ResourceVersion = (await MakeAsync("small")).Metadata.ResourceVersion });
        await Api.CreateAsync(Map("large") with { Data = [KeyValuePair.Create("a", text)] }, Cancel);
        Assert.That(await NextAsync(watch), Is.EqualTo((WatchEventType.Added, "large")));
        Assert.That(watch.Current.Object.Data["a"], Is.EqualTo(text));
    }

    private IAsyncEnumerator<WatchEvent<ConfigMap>> Watch(ApiRequest request) => Transport.WatchAsync<ConfigMap>(request, Cancel).GetAsyncEnumerator(Cancel);

    private static async Task<(WatchEventType Type, string Name)> NextAsync(IAsyncEnumerator<WatchEvent<ConfigMap>> watch)
    {
        Assert.That(await watch.MoveNextAsync(), Is.True, "the watch has ended");
        return (watch.Current.Type, watch.Current.Object.Metadata.Name);
    }
}
