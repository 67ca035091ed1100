using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

public sealed class WatchTests : RegistryTest
{
    private protected override RegistryOptions Options => new()
    {
        CompactionInterval = TimeSpan.Zero,
        Window = new WindowLimits { MinChanges = 128, MaxChanges = 1024 },
    };

    [Test]
    public async Task Watchers_miss_nothing_and_see_nothing_twice_while_many_write()
    {
        var start = (await ConfigMaps.ListAsync(new ListRequest(), Cancel)).ResourceVersion;
        var watches = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = start }, Cancel).AsTask()));
        var reading = watches.Select(watch => Task.Run(() => ReadAsync(watch, 800))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await CreateAsync(Map($"w{writer}-{i}"));
        })));
        var told = await Task.WhenAll(reading);
        foreach (var items in told)
        {
            Assert.That(items.Select(item => item.Revision.Value), Is.Ordered.Ascending);
            Assert.That(items.Select(item => item.Object!.Path).Distinct().Count(), Is.EqualTo(800));
            Assert.That(items.Select(Tell), Is.EqualTo(told[0].Select(Tell)));
        }

        foreach (var watch in watches)
            watch.Dispose();
    }

    [Test]
    public async Task All_watchers_of_an_object_share_its_bytes()
    {
        using var one = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        using var other = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        var created = await CreateAsync(Map("a"));
        var (first, second) = ((await ReadAsync(one, 1)).Single().Object!, (await ReadAsync(other, 1)).Single().Object!);
        Assert.That((ReferenceEquals(first, second), ReferenceEquals(first, created)), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task An_object_that_enters_or_leaves_the_selection_is_added_or_deleted()
    {
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest { Selection = ObjectSelection.Parse(ConfigMapKind, "c=red", "") }, Cancel);
        await CreateAsync(Map("a", labels: ("c", "blue")));
        await LabelAsync("red");
        await SetAsync("a", "2");
        var left = await LabelAsync("blue");
        await DeleteAsync(ConfigMaps, Key("a"));
        await CreateAsync(Map("b", labels: ("c", "red")));
        var told = await ReadAsync(watch, 4);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.Select(item => $"{item.Type} {item.Object!.Key.Name}"), Is.EqualTo(new[] { "Added a", "Modified a", "Deleted a", "Added b" }));
            Assert.That(told[2].Object!.Record.Metadata.Labels["c"], Is.EqualTo("red"), "the last state that was selected");
            Assert.That(told[2].Object!.Revision, Is.EqualTo(left.Revision), "with the version of the change");
        }
    }

    [Test]
    public async Task A_watch_of_a_namespace_a_name_or_a_field_is_told_of_its_own_only()
    {
        using var ofNamespace = await Pods.WatchAsync(new WatchRequest { Namespace = "one" }, Cancel);
        using var ofName = await Pods.WatchAsync(new WatchRequest { Namespace = "two", Selection = ObjectSelection.Parse(PodKind, "", "metadata.name=p1") }, Cancel);
        using var ofNode = await Pods.WatchAsync(new WatchRequest { Selection = ObjectSelection.Parse(PodKind, "", "spec.nodeName=n1") }, Cancel);
        // All three sleep when the changes come.
        var reads = new[] { Task.Run(() => ReadAsync(ofNamespace, 2)), Task.Run(() => ReadAsync(ofName, 1)), Task.Run(() => ReadAsync(ofNode, 3)) };
        foreach (var ns in new[] { "one", "two" })
        {
            await Pods.CreateAsync(Pod(ns, "p0", "n0"), Creating, Cancel);
            await Pods.CreateAsync(Pod(ns, "p1", "n1"), Creating, Cancel);
        }

        await ChangeAsync<Pod>(Pods, Key("p0", "two"), pod => pod with { Spec = pod.Spec with { NodeName = "n1" } });
        var told = (await Task.WhenAll(reads)).Select(items => items.Select(item => $"{item.Type} {item.Object!.Path}"));
        Assert.That(told, Is.EqualTo(new[]
        {
            new[] { "Added one/p0", "Added one/p1" },
            ["Added two/p1"],
            ["Added one/p1", "Added two/p1", "Added two/p0"],
        }));
    }

    [Test]
    public async Task A_watch_that_slept_through_what_does_not_concern_it_goes_on_where_it_is_woken()
    {
        await CreateAsync(Map("mine"));
        using var watch = await ConfigMaps.WatchAsync(
            new WatchRequest { Namespace = "default", Selection = ObjectSelection.Parse(ConfigMapKind, "", "metadata.name=mine"), AllowBookmarks = true }, Cancel);
        await ReadAsync(watch, 2);
        var next = Task.Run(() => ReadAsync(watch, 1));
        for (var i = 0; i < 3000; i++)
            await CreateAsync(Map($"other-{i}"));
        // Its place has long left the window; neither a bookmark nor a change may end it.
        Clock.Advance(TimeSpan.FromSeconds(61));
        var bookmark = (await next).Single();
        Assert.That(bookmark.Type, Is.EqualTo(WatchEventType.Bookmark));
        await SetAsync("mine", "2");
        var changed = (await ReadAsync(watch, 1)).Single();
        Assert.That((changed.Type, changed.Revision > bookmark.Revision), Is.EqualTo((WatchEventType.Modified, true)));
    }

    [Test]
    public async Task A_watcher_that_is_too_slow_is_ended()
    {
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        for (var i = 0; i < 3000; i++)
            await CreateAsync(Map($"m{i}"));
        await ConfigMaps.ListAsync(new ListRequest(), Cancel);
        Assert.That(await watch.WaitToReadAsync(Cancel), Is.False);
    }

    [Test]
    public async Task A_version_before_the_window_is_answered_by_an_expired_watch()
    {
        var first = await CreateAsync(Map("a"));
        for (var i = 0; i < 3000; i++)
            await SetAsync("a", $"v{i}");
        await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = first.ResourceVersion }, Cancel);
        var refusal = await RefusedAsync(async () => await watch.WaitToReadAsync(Cancel), 410);
        Assert.That(refusal.Message, Does.Match($"^too old resource version: {first.ResourceVersion} \\(\\d+\\)$"));
    }

    [Test]
    public async Task Bookmarks_come_each_minute_and_before_the_end_and_then_the_watch_ends()
    {
        using var watch = await ConfigMaps.WatchAsync(
            new WatchRequest { ResourceVersion = "0", AllowBookmarks = true, Timeout = TimeSpan.FromSeconds(100) }, Cancel);
        var initial = (await ReadAsync(watch, 1)).Single();
        Assert.That((initial.Type, initial.EndsInitialEvents), Is.EqualTo((WatchEventType.Bookmark, true)));
        // Another resource's writes are progress, too.
        var written = await Pods.CreateAsync(Pod("one", "p", ""), Creating, Cancel);
        await Pods.GetAsync(Key("p", "one"), "", Cancel);
        Clock.Advance(TimeSpan.FromSeconds(60));
        var minute = (await ReadAsync(watch, 1)).Single();
        Assert.That((minute.Type, minute.Revision, minute.EndsInitialEvents), Is.EqualTo((WatchEventType.Bookmark, written.Revision, false)));
        written = await Pods.CreateAsync(Pod("one", "q", ""), Creating, Cancel);
        await Pods.GetAsync(Key("q", "one"), "", Cancel);
        Clock.Advance(TimeSpan.FromSeconds(38));
        Assert.That((await ReadAsync(watch, 1)).Single().Revision, Is.EqualTo(written.Revision));
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await watch.WaitToReadAsync(Cancel), Is.False);
    }

    [Test]
    public async Task When_a_resource_is_no_longer_served_its_watches_end()
    {
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        var waiting = Task.Run(async () => await watch.WaitToReadAsync(Cancel));
        await Catalog.RemoveAsync(ConfigMapKind, Cancel);
        Assert.That(await waiting, Is.False);
        Assert.That(Catalog.Current.TryFind(new GroupVersionResource("", "v1", "configmaps"), out _), Is.False);
    }

    [Test]
    public async Task A_resource_that_comes_while_others_write_has_all_their_objects()
    {
        await Catalog.RemoveAsync(ConfigMapKind, Cancel);
        var written = 0;
        var writing = Task.Run(async () =>
        {
            // Another server writes: nothing here knows of it but the feed.
            for (; written < 300; written++)
                await Store.CommitAsync(StoreTransaction.Create($"/registry/configmaps/default/m{written}", Envelope.Write(Map($"m{written}"))), Cancel);
        });
        await Eventually.TrueAsync(() => written > 20);
        await Catalog.AddAsync([ConfigMapKind], Cancel);
        await writing;
        Assert.That((await ConfigMaps.ListAsync(new ListRequest(), Cancel)).Items.Count(), Is.EqualTo(300));
    }

    private static Pod Pod(string ns, string name, string node) =>
        new() { Metadata = new ObjectMeta { Name = name, Namespace = ns }, Spec = new PodSpec { NodeName = node } };

    private Task<StoredObject> LabelAsync(string color) => ChangeAsync<ConfigMap>(
        ConfigMaps, Key("a"), map => map with { Metadata = map.Metadata with { Labels = ValueMap.Of("c", color) } });
}
