namespace ControlPlane.Storage.Tests;

public abstract partial class StoreContract
{
    [Test]
    public async Task A_watch_from_the_past_gives_what_happened_with_values_before_and_after()
    {
        var start = await CurrentAsync();
        var created = await PutAsync("a", "1");
        var updated = await PutAsync("a", "2");
        var deleted = await DeleteAsync("a");

        var messages = await WatchAsync(start, 3);
        Assert.That(messages.Select(message => message.Revision), Is.EqualTo(new[] { created, updated, deleted }));
        var changes = messages.Select(message => message.Changes.Single()).ToArray();
        Assert.That(changes.Select(change => change.Key), Is.All.EqualTo(Key("a")));
        Assert.That(changes[0].Previous, Is.Null);
        Assert.That((Text(changes[0].Current), Text(changes[1].Previous), Text(changes[1].Current)), Is.EqualTo(("1", "1", "2")));
        Assert.That(changes[1].Current, Has.Property("Created").EqualTo(created).And.Property("Modified").EqualTo(updated));
        Assert.That(changes[2].Current, Is.Null);
        Assert.That(Text(changes[2].Previous), Is.EqualTo("2"));
        Assert.That(changes[2].Previous!.Modified, Is.EqualTo(updated));
    }

    [Test]
    public async Task A_live_watch_gives_the_same_as_one_from_the_past()
    {
        var start = await CurrentAsync();
        var live = WatchAsync(start, 6);
        await PutAsync("a", "1");
        await PutAsync("a", "2");
        await CommittedAsync(new StoreTransaction([], [new StoreWrite.Put(Key("b"), Bytes("1")), new StoreWrite.Delete(Key("a"))]));
        await PutAsync("a", "3");
        await DeleteAsync("b");

        var past = await WatchAsync(start, 6);
        Assert.That((await live).SelectMany(Tell), Is.EqualTo(past.SelectMany(Tell)));
        Assert.That(past, Has.Count.EqualTo(5));

        static IEnumerable<string> Tell(StoreWatchMessage.Changed message) => message.Changes
            .OrderBy(change => change.Key, StringComparer.Ordinal)
            .Select(change => $"{message.Revision} {change.Key}: {Version(change.Previous)} -> {Version(change.Current)}");

        static string Version(KeyValue? item) => item is null ? "none" : $"{Text(item)} {item.Created} {item.Modified} {item.Lease}";
    }

    [Test]
    public async Task The_changes_of_one_revision_arrive_together()
    {
        var start = await CurrentAsync();
        var value = new byte[10_000];
        var revision = await CommittedAsync(new StoreTransaction([],
            [.. Enumerable.Range(0, 100).Select(number => new StoreWrite.Put(Key($"{number:D3}"), value))]));
        var message = (await WatchAsync(start, 1)).Single();
        Assert.That(message.Revision, Is.EqualTo(revision));
        Assert.That(message.Changes, Has.Count.EqualTo(100));
        Assert.That(message.Changes.Select(change => change.Current!.Modified), Is.All.EqualTo(revision));
    }

    [Test]
    public async Task A_watch_keeps_to_its_prefix()
    {
        var start = await CurrentAsync();
        foreach (var name in new[] { "pods/a", "podsx", "pods", "pods0", "pods/b", "other" })
            await PutAsync(name, name);
        await CommittedAsync(new StoreTransaction([], [new StoreWrite.Put(Key("pods/c"), Bytes("c")), new StoreWrite.Put(Key("nodes/c"), Bytes("c"))]));
        var messages = await WatchAsync(start, 3, Key("pods/"));
        Assert.That(messages.SelectMany(message => message.Changes).Select(change => change.Key[Prefix.Length..]), Is.EqualTo(new[] { "pods/a", "pods/b", "pods/c" }));
    }

    [Test]
    public async Task A_watch_begins_after_its_revision()
    {
        await PutAsync("a", "1");
        var second = await PutAsync("a", "2");
        var third = await PutAsync("a", "3");
        Assert.That((await WatchAsync(second, 1)).Single().Revision, Is.EqualTo(third));
    }

    [Test]
    public async Task Watches_begun_at_any_time_see_every_change_once_and_in_order_while_many_write()
    {
        const int writers = 8, each = 50;
        var start = await CurrentAsync();
        var early = WatchAsync(start, writers * each);
        var late = new List<Task<List<StoreWatchMessage.Changed>>>();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < each; number++)
            {
                await PutAsync($"{writer}", $"{number}");
                if (number % 10 == 5)
                {
                    lock (late)
                        late.Add(WatchAsync(start, writers * each));
                }
            }
        })));

        foreach (var watch in late.Prepend(early))
        {
            var messages = await watch;
            var revisions = messages.Select(message => message.Revision.Value).ToArray();
            Assert.That(revisions, Is.EqualTo(Enumerable.Range(0, writers * each).Select(number => start.Value + 1 + number)));
            foreach (var writer in messages.SelectMany(message => message.Changes).GroupBy(change => change.Key))
                Assert.That(writer.Select(change => Text(change.Current)), Is.EqualTo(Enumerable.Range(0, each).Select(number => $"{number}")));
        }
    }

    [Test]
    public async Task A_change_that_is_watched_can_be_read()
    {
        var start = await CurrentAsync();
        var writing = Task.Run(async () =>
        {
            for (var number = 0; number < 100; number++)
                await PutAsync("a", $"{number}");
        });
        var seen = 0;
        await foreach (var message in Store.WatchAsync(new StoreWatchQuery(Prefix, start), Cancel))
        {
            if (message is not StoreWatchMessage.Changed changed)
                continue;
            Assert.That((await GetAsync("a"))!.Modified, Is.GreaterThanOrEqualTo(changed.Revision));
            if (++seen == 100)
                break;
        }

        await writing;
    }

    [Test]
    public async Task A_watch_from_before_the_compaction_ends_with_the_news()
    {
        var start = await CurrentAsync();
        await PutAsync("a", "1");
        await PutAsync("a", "2");
        var compacted = await PutAsync("a", "3");
        await Store.CompactAsync(compacted, Cancel);
        var messages = new List<StoreWatchMessage>();
        await foreach (var message in Store.WatchAsync(new StoreWatchQuery(Prefix, start), Cancel))
            messages.Add(message);
        Assert.That(messages, Is.EqualTo(new[] { new StoreWatchMessage.Compacted(compacted) }));
    }

    [Test]
    public async Task A_watch_from_the_compaction_on_misses_nothing()
    {
        await PutAsync("a", "1");
        var compacted = await PutAsync("a", "2");
        var deleted = await DeleteAsync("a");
        await PutAsync("b", "1");
        await Store.CompactAsync(compacted, Cancel);
        var messages = await WatchAsync(compacted, 2);
        Assert.That(messages[0].Revision, Is.EqualTo(deleted));
        Assert.That(Text(messages[0].Changes.Single().Previous), Is.EqualTo("2"));
        Assert.That(messages[1].Changes.Single().Key, Is.EqualTo(Key("b")));
    }

    [Test]
    public async Task A_compaction_does_not_disturb_a_watch_that_has_passed_it()
    {
        var start = await CurrentAsync();
        await using var watch = Store.WatchAsync(new StoreWatchQuery(Prefix, start), Cancel).GetAsyncEnumerator(Cancel);
        await PutAsync("a", "1");
        Assert.That(await watch.MoveNextAsync());
        await Store.CompactAsync(await PutAsync("a", "2"), Cancel);
        await PutAsync("a", "3");
        Assert.That(await watch.MoveNextAsync());
        Assert.That(await watch.MoveNextAsync());
        Assert.That(Text(((StoreWatchMessage.Changed)watch.Current).Changes.Single().Current), Is.EqualTo("3"));
    }

    [Test]
    public async Task A_watch_ends_when_it_is_cancelled()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var start = await CurrentAsync();
        await using var watch = Store.WatchAsync(new StoreWatchQuery(Prefix, start), ending.Token).GetAsyncEnumerator(Cancel);
        await PutAsync("a", "1");
        Assert.That(await watch.MoveNextAsync());
        var next = watch.MoveNextAsync();
        await ending.CancelAsync();
        Assert.That(async () => await next, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_watch_ends_when_the_store_is_closed()
    {
        var other = await OpenAnotherAsync();
        var start = await other.CurrentRevisionAsync(Cancel);
        await using var watch = other.WatchAsync(new StoreWatchQuery(Prefix, start), Cancel).GetAsyncEnumerator(Cancel);
        await other.CommitAsync(StoreTransaction.Create(Key("a"), Bytes("1")), Cancel);
        Assert.That(await watch.MoveNextAsync());
        var next = watch.MoveNextAsync();
        await other.DisposeAsync();
        Assert.That(async () => await next, Throws.InstanceOf<StoreUnavailableException>());
    }

    /// <summary>A store that a test may close; by default the test's own, whose second closing is nothing.</summary>
    protected virtual Task<IKeyValueStore> OpenAnotherAsync() => Task.FromResult(Store);
}
