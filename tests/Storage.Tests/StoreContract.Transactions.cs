namespace ControlPlane.Storage.Tests;

public abstract partial class StoreContract
{
    [Test]
    public async Task Each_committed_transaction_raises_the_revision_by_one()
    {
        var start = await CurrentAsync();
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "2");
        var third = await DeleteAsync("a");
        Assert.That(new[] { first, second, third }, Is.EqualTo(new[] { start.Next, start.Next.Next, start.Next.Next.Next }));
        Assert.That(await CurrentAsync(), Is.EqualTo(third));
    }

    [Test]
    public async Task All_writes_of_a_transaction_carry_its_revision()
    {
        await PutAsync("gone", "x");
        var revision = await CommittedAsync(new StoreTransaction([],
        [
            new StoreWrite.Put(Key("a"), Bytes("1")), new StoreWrite.Put(Key("b"), Bytes("2")), new StoreWrite.Delete(Key("gone")),
        ]));
        var found = await ListAsync();
        Assert.That(Names(found), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(found.Items.Select(item => item.Modified), Is.All.EqualTo(revision));
        Assert.That(found.Revision, Is.EqualTo(revision));
    }

    [Test]
    public async Task An_update_keeps_the_revision_of_creation_and_a_new_life_has_a_new_one()
    {
        var created = await PutAsync("a", "1");
        var updated = await PutAsync("a", "2");
        Assert.That(await GetAsync("a"), Has.Property("Created").EqualTo(created).And.Property("Modified").EqualTo(updated));
        await DeleteAsync("a");
        var again = await PutAsync("a", "3");
        Assert.That(await GetAsync("a"), Has.Property("Created").EqualTo(again).And.Property("Modified").EqualTo(again));
    }

    [Test]
    public async Task Creating_what_exists_is_a_conflict_that_tells_the_current_value()
    {
        var revision = await PutAsync("a", "there");
        var conflict = await ConflictAsync(StoreTransaction.Create(Key("a"), Bytes("new")));
        Assert.That(conflict.Current, Has.Count.EqualTo(1));
        Assert.That(Text(conflict.Current[0]), Is.EqualTo("there"));
        Assert.That(conflict.Current[0]!.Modified, Is.EqualTo(revision));
        Assert.That(conflict.Revision, Is.EqualTo(revision));
        Assert.That(Text(await GetAsync("a")), Is.EqualTo("there"));
    }

    [Test]
    public async Task Replacing_an_older_revision_is_a_conflict_and_the_newest_one_is_not()
    {
        var first = await PutAsync("a", "1");
        var second = await CommittedAsync(StoreTransaction.Replace(Key("a"), first, Bytes("2")));
        var conflict = await ConflictAsync(StoreTransaction.Replace(Key("a"), first, Bytes("3")));
        Assert.That(conflict.Current[0]!.Modified, Is.EqualTo(second));
        Assert.That(Text(await GetAsync("a")), Is.EqualTo("2"));
    }

    [Test]
    public async Task Deleting_an_older_revision_is_a_conflict_and_replacing_what_is_gone_too()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "2");
        await ConflictAsync(StoreTransaction.Delete(Key("a"), first));
        await CommittedAsync(StoreTransaction.Delete(Key("a"), second));
        var conflict = await ConflictAsync(StoreTransaction.Replace(Key("a"), second, Bytes("3")));
        Assert.That(conflict.Current, Is.EqualTo(new KeyValue?[] { null }));
        Assert.That(await GetAsync("a"), Is.Null);
    }

    [Test]
    public async Task What_was_deleted_can_be_created_again()
    {
        await PutAsync("a", "1");
        await DeleteAsync("a");
        await CommittedAsync(StoreTransaction.Create(Key("a"), Bytes("2")));
        Assert.That(Text(await GetAsync("a")), Is.EqualTo("2"));
    }

    [Test]
    public async Task One_failed_condition_stops_all_writes_and_every_condition_is_answered()
    {
        var a = await PutAsync("a", "1");
        var before = await CurrentAsync();
        var conflict = await ConflictAsync(new StoreTransaction(
            [new StoreCondition(Key("a"), a), new StoreCondition(Key("b"), new Revision(7)), new StoreCondition(Key("c"), Revision.None)],
            [new StoreWrite.Put(Key("a"), Bytes("2")), new StoreWrite.Put(Key("c"), Bytes("2"))]));
        Assert.That(conflict.Current.Select(item => item?.Key), Is.EqualTo(new[] { Key("a"), null, null }));
        Assert.That(await CurrentAsync(), Is.EqualTo(before));
        Assert.That(Text(await GetAsync("a")), Is.EqualTo("1"));
        Assert.That(await GetAsync("c"), Is.Null);
    }

    [Test]
    public async Task Conditions_may_be_about_other_keys_than_the_writes()
    {
        var guard = await PutAsync("guard", "x");
        await CommittedAsync(new StoreTransaction([new StoreCondition(Key("guard"), guard)], [new StoreWrite.Put(Key("a"), Bytes("1"))]));
        await PutAsync("guard", "y");
        await ConflictAsync(new StoreTransaction([new StoreCondition(Key("guard"), guard)], [new StoreWrite.Put(Key("a"), Bytes("2"))]));
        Assert.That(Text(await GetAsync("a")), Is.EqualTo("1"));
    }

    [Test]
    public async Task Deleting_what_does_not_exist_is_committed_without_a_revision()
    {
        var before = await PutAsync("a", "1");
        Assert.That(await DeleteAsync("nothing"), Is.EqualTo(before));
        Assert.That(await CurrentAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Of_many_who_create_the_same_key_at_once_one_wins()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(writer =>
            Store.CommitAsync(StoreTransaction.Create(Key("a"), Bytes($"{writer}")), Cancel).AsTask()));
        Assert.That(results.OfType<CommitResult.Committed>().Count(), Is.EqualTo(1));
        var winner = Array.FindIndex(results, result => result is CommitResult.Committed);
        Assert.That(Text(await GetAsync("a")), Is.EqualTo($"{winner}"));
        Assert.That(results.OfType<CommitResult.Conflict>().Select(conflict => Text(conflict.Current[0])), Is.All.EqualTo($"{winner}"));
    }

    [Test]
    public async Task No_increment_is_lost_when_many_compare_and_swap_one_counter()
    {
        await PutAsync("counter", "0");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 10;)
            {
                var current = await GetAsync("counter");
                var next = int.Parse(Text(current), System.Globalization.CultureInfo.InvariantCulture) + 1;
                if (await Store.CommitAsync(StoreTransaction.Replace(Key("counter"), current!.Modified, Bytes($"{next}")), Cancel) is CommitResult.Committed)
                    done++;
            }
        })));
        Assert.That(Text(await GetAsync("counter")), Is.EqualTo("80"));
    }

    [Test]
    public async Task A_transaction_that_is_too_large_is_refused_and_the_store_goes_on()
    {
        var tooMany = Enumerable.Range(0, 100_000).Select(number => new StoreWrite.Put(Key($"{number}"), Bytes("x"))).ToArray();
        Assert.That(async () => await Store.CommitAsync(new StoreTransaction([], tooMany), Cancel), Throws.InstanceOf<TransactionTooLargeException>());
        var tooLong = new byte[64 << 20];
        Assert.That(async () => await Store.CommitAsync(StoreTransaction.Create(Key("a"), tooLong), Cancel), Throws.InstanceOf<TransactionTooLargeException>());
        await PutAsync("b", "1");
        Assert.That(Names(await ListAsync()), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task A_key_that_is_written_twice_in_one_transaction_is_refused()
    {
        var twins = new StoreTransaction([], [new StoreWrite.Put(Key("a"), Bytes("1")), new StoreWrite.Delete(Key("a"))]);
        Assert.That(async () => await Store.CommitAsync(twins, Cancel), Throws.ArgumentException);
        await PutAsync("b", "1");
    }

    [Test]
    public async Task Keys_that_are_no_text_or_empty_are_refused_and_the_store_goes_on()
    {
        foreach (var key in new[] { "", Key("\ud800") })
            Assert.That(async () => await Store.CommitAsync(StoreTransaction.Create(key, Bytes("1")), Cancel), Throws.InstanceOf<ArgumentException>());
        await PutAsync("b", "1");
    }
}
