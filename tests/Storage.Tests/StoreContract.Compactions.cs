namespace ControlPlane.Storage.Tests;

public abstract partial class StoreContract
{
    [Test]
    public async Task Compacting_again_or_to_an_earlier_revision_changes_nothing()
    {
        var earlier = await PutAsync("a", "1");
        var later = await PutAsync("a", "2");
        var newest = await PutAsync("a", "3");
        await Store.CompactAsync(later, Cancel);
        await Store.CompactAsync(later, Cancel);
        await Store.CompactAsync(earlier, Cancel);
        Assert.That(await Store.RangeAsync(new RangeQuery(KeyInterval.Prefix(Prefix), At: earlier), Cancel), Is.EqualTo(new RangeResult.Compacted(later)));
        Assert.That(Text(await GetAsync("a", later)), Is.EqualTo("2"));
        Assert.That(await CurrentAsync(), Is.EqualTo(newest));
    }

    [Test]
    public async Task Compacting_to_the_future_is_refused()
    {
        var current = await PutAsync("a", "1");
        Assert.That(async () => await Store.CompactAsync(current.Next, Cancel), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Compacting_keeps_what_is_and_forgets_what_is_deleted()
    {
        await PutAsync("kept", "1");
        await PutAsync("gone", "1");
        await DeleteAsync("gone");
        var last = await DeleteAsync("kept");
        await PutAsync("kept", "2");
        await Store.CompactAsync(await CurrentAsync(), Cancel);
        Assert.That(Names(await ListAsync()), Is.EqualTo(new[] { "kept" }));
        await DeleteAsync("kept");
        await Store.CompactAsync(await CurrentAsync(), Cancel);
        Assert.That((await ListAsync()).Count, Is.Zero);
        Assert.That(await CurrentAsync(), Is.EqualTo(new Revision(last.Value + 2)), "revisions go on though every key is gone");
        Assert.That(await PutAsync("again", "1"), Is.EqualTo(new Revision(last.Value + 3)));
    }

    [Test]
    public async Task Writers_and_readers_go_on_during_a_compaction()
    {
        for (var number = 0; number < 300; number++)
            await PutAsync($"{number % 30:D2}", $"{number}");
        var compacting = Store.CompactAsync(await CurrentAsync(), Cancel).AsTask();
        for (var number = 300; number < 330; number++)
            await PutAsync($"{number % 30:D2}", $"{number}");
        await compacting;
        Assert.That((await ListAsync()).Items.Select(Text), Is.EqualTo(Enumerable.Range(300, 30).Select(number => $"{number}")));
    }

    [Test]
    public async Task The_size_is_told()
    {
        await PutAsync("a", "1");
        Assert.That(await Store.SizeInBytesAsync(Cancel), Is.Positive);
    }
}
