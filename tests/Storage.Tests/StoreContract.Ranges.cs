namespace ControlPlane.Storage.Tests;

public abstract partial class StoreContract
{
    [Test]
    public async Task A_range_gives_the_keys_of_its_half_open_interval_in_order()
    {
        foreach (var name in new[] { "c", "a", "d", "b" })
            await PutAsync(name, name);
        var found = await FindAsync(new RangeQuery(new KeyInterval(Key("a"), Key("d"))));
        Assert.That(Names(found), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(found.Items.Select(Text), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That((found.Count, found.More), Is.EqualTo((3L, false)));
    }

    [Test]
    public async Task A_prefix_ends_where_the_next_begins()
    {
        foreach (var name in new[] { "pods/a", "pods/z", "podsx", "pods0", "pods" })
            await PutAsync(name, name);
        Assert.That(Names(await FindAsync(new RangeQuery(KeyInterval.Prefix(Key("pods/"))))), Is.EqualTo(new[] { "pods/a", "pods/z" }));
        Assert.That(Names(await FindAsync(new RangeQuery(KeyInterval.Single(Key("pods"))))), Is.EqualTo(new[] { "pods" }));
    }

    [Test]
    public async Task Keys_are_in_the_order_of_their_bytes()
    {
        // By UTF-16 the last two would stand the other way round.
        string[] names = ["A", "B", "a", "a!", "a/b", "é", "\uff5e", "😀"];
        foreach (var name in names.Reverse())
            await PutAsync(name, name);
        Assert.That(Names(await ListAsync()), Is.EqualTo(names));
    }

    [Test]
    public async Task A_limit_gives_the_first_and_counts_all()
    {
        for (var number = 0; number < 5; number++)
            await PutAsync($"{number}", "x");
        var found = await ListAsync(limit: 2);
        Assert.That(Names(found), Is.EqualTo(new[] { "0", "1" }));
        Assert.That((found.Count, found.More), Is.EqualTo((5L, true)));
        Assert.That((await ListAsync(limit: 5)).More, Is.False);
    }

    [Test]
    public async Task Pages_at_one_revision_see_one_state()
    {
        for (var number = 0; number < 7; number++)
            await PutAsync($"{number}", "x");
        var first = await ListAsync(limit: 3);
        await DeleteAsync("4");
        await PutAsync("5x", "new");
        await PutAsync("5", "changed");

        var names = Names(first).ToList();
        for (var page = first; page.More;)
        {
            page = await FindAsync(new RangeQuery(KeyInterval.PrefixAfter(Prefix, page.Items[^1].Key), 3, first.Revision));
            names.AddRange(Names(page));
            Assert.That(page.Items.Select(Text), Is.All.EqualTo("x"));
        }

        Assert.That(names, Is.EqualTo(new[] { "0", "1", "2", "3", "4", "5", "6" }));
    }

    [Test]
    public async Task A_range_that_need_not_count_the_rest_still_knows_whether_there_is_one()
    {
        for (var number = 0; number < 7; number++)
            await PutAsync($"{number}", "x");
        var names = new List<string>();
        var page = await FindAsync(new RangeQuery(KeyInterval.Prefix(Prefix), 3, CountsRest: false));
        for (names.AddRange(Names(page)); page.More; names.AddRange(Names(page)))
            page = await FindAsync(new RangeQuery(KeyInterval.PrefixAfter(Prefix, page.Items[^1].Key), 3, CountsRest: false));
        Assert.That(names, Is.EqualTo(new[] { "0", "1", "2", "3", "4", "5", "6" }));
        Assert.That((await FindAsync(new RangeQuery(KeyInterval.Prefix(Prefix), 7, CountsRest: false))).More, Is.False);
    }

    [Test]
    public async Task A_range_at_a_revision_sees_the_store_as_it_was()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("b", "1");
        var third = await PutAsync("a", "2");
        var fourth = await DeleteAsync("b");
        Assert.That((await ListAsync(first)).Items.Select(Text), Is.EqualTo(new[] { "1" }));
        Assert.That((await ListAsync(second)).Items.Select(Text), Is.EqualTo(new[] { "1", "1" }));
        Assert.That((await ListAsync(third)).Items.Select(Text), Is.EqualTo(new[] { "2", "1" }));
        var last = await ListAsync(fourth);
        Assert.That(last.Items.Select(Text), Is.EqualTo(new[] { "2" }));
        Assert.That(await GetAsync("b", third), Is.Not.Null);
        Assert.That((await ListAsync(first)).Revision, Is.EqualTo(fourth), "the revision is the store's, not the one asked for");
    }

    [Test]
    public async Task Keys_only_and_count_only_leave_the_rest_out()
    {
        var revision = await PutAsync("a", "long value");
        await PutAsync("b", "long value");
        var keys = await FindAsync(new RangeQuery(KeyInterval.Prefix(Prefix), KeysOnly: true));
        Assert.That(Names(keys), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(keys.Items.Select(item => item.Value.Length), Is.All.Zero);
        Assert.That(keys.Items[0].Modified, Is.EqualTo(revision));
        var count = await FindAsync(new RangeQuery(KeyInterval.Prefix(Prefix), CountOnly: true));
        Assert.That((count.Items.Count, count.Count), Is.EqualTo((0, 2L)));
        var single = await FindAsync(new RangeQuery(KeyInterval.Single(Key("a")), CountOnly: true));
        Assert.That((single.Items.Count, single.Count), Is.EqualTo((0, 1L)));
        Assert.That((await FindAsync(new RangeQuery(KeyInterval.Single(Key("a")), KeysOnly: true))).Items.Single().Value.Length, Is.Zero);
    }

    [Test]
    public async Task What_is_not_there_is_an_empty_range()
    {
        var found = await ListAsync();
        Assert.That((found.Items.Count, found.Count, found.More), Is.EqualTo((0, 0L, false)));
        Assert.That(found.Revision, Is.EqualTo(await CurrentAsync()));
    }

    [Test]
    public async Task A_range_in_the_future_is_refused()
    {
        var current = await PutAsync("a", "1");
        Assert.That(await Store.RangeAsync(new RangeQuery(KeyInterval.Prefix(Prefix), At: current.Next), Cancel), Is.EqualTo(new RangeResult.Future(current)));
    }

    [Test]
    public async Task A_range_before_the_compaction_is_refused_and_at_it_is_not()
    {
        await PutAsync("a", "1");
        var before = await PutAsync("b", "1");
        var at = await PutAsync("a", "2");
        var after = await PutAsync("a", "3");
        await Store.CompactAsync(at, Cancel);
        Assert.That(await Store.RangeAsync(new RangeQuery(KeyInterval.Prefix(Prefix), At: before), Cancel), Is.EqualTo(new RangeResult.Compacted(at)));
        Assert.That((await ListAsync(at)).Items.Select(Text), Is.EqualTo(new[] { "2", "1" }));
        Assert.That((await ListAsync(after)).Items.Select(Text), Is.EqualTo(new[] { "3", "1" }));
        Assert.That((await ListAsync()).Items.Select(Text), Is.EqualTo(new[] { "3", "1" }));
    }

    [Test]
    public async Task An_empty_value_is_not_a_deletion()
    {
        await PutAsync("a", "");
        var item = await GetAsync("a");
        Assert.That(item, Is.Not.Null);
        Assert.That(item!.Value.Length, Is.Zero);
        Assert.That((await ListAsync()).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Big_values_come_back_as_they_were()
    {
        var value = new byte[1_500_000];
        new Random(7).NextBytes(value);
        for (var number = 0; number < 4; number++)
            await CommittedAsync(StoreTransaction.Create(Key($"{number}"), value));
        var found = await ListAsync();
        Assert.That(found.Items, Has.Count.EqualTo(4));
        foreach (var item in found.Items)
            Assert.That(item.Value.Span.SequenceEqual(value));
    }

    [Test]
    public async Task Thousands_of_keys_are_listed_whole()
    {
        const int keys = 3000;
        await Task.WhenAll(Enumerable.Range(0, keys / 100).Select(async chunk => await CommittedAsync(new StoreTransaction([],
            [.. Enumerable.Range(chunk * 100, 100).Select(number => new StoreWrite.Put(Key($"{number:D6}"), Bytes($"{number}")))]))));
        var found = await ListAsync();
        Assert.That(Names(found), Is.EqualTo(Enumerable.Range(0, keys).Select(number => $"{number:D6}")));
        Assert.That(found.Items.Select(Text), Is.EqualTo(Enumerable.Range(0, keys).Select(number => $"{number}")));
        Assert.That((await ListAsync(limit: 2000)).Items, Has.Count.EqualTo(2000));
        Assert.That((await ListAsync(limit: 2000)).Count, Is.EqualTo(keys));
    }

    [Test]
    public async Task A_range_sees_all_or_nothing_of_a_transaction()
    {
        await CommittedAsync(Pair("0"));
        var writing = Task.Run(async () =>
        {
            for (var number = 1; number < 200; number++)
                await CommittedAsync(Pair($"{number}"));
        });
        while (!writing.IsCompleted)
        {
            var found = await ListAsync();
            Assert.That(Text(found.Items[0]), Is.EqualTo(Text(found.Items[1])));
            Assert.That(found.Items[0].Modified, Is.LessThanOrEqualTo(found.Revision));
        }

        await writing;

        StoreTransaction Pair(string value) => new([], [new StoreWrite.Put(Key("a"), Bytes(value)), new StoreWrite.Put(Key("z"), Bytes(value))]);
    }

    [Test]
    public async Task The_current_revision_is_never_behind_what_was_acknowledged_or_read()
    {
        await PutAsync("a", "0");
        var writing = Task.Run(async () =>
        {
            for (var number = 0; number < 200; number++)
            {
                var revision = await PutAsync("a", $"{number}");
                Assert.That(await CurrentAsync(), Is.GreaterThanOrEqualTo(revision));
            }
        });
        while (!writing.IsCompleted)
        {
            var read = (await GetAsync("a"))!.Modified;
            Assert.That(await CurrentAsync(), Is.GreaterThanOrEqualTo(read));
        }

        await writing;
    }

    [Test]
    public async Task Concurrent_callers_all_learn_the_current_revision()
    {
        var revision = await PutAsync("a", "1");
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Store.CurrentRevisionAsync(Cancel).AsTask()));
        Assert.That(answers, Is.All.EqualTo(revision));
    }
}
