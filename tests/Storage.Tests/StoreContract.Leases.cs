using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

public abstract partial class StoreContract
{
    [Test]
    public async Task A_key_tells_the_lease_that_it_hangs_on()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancel);
        await PutAsync("a", "1", lease);
        Assert.That((await GetAsync("a"))!.Lease, Is.EqualTo(lease));
        Assert.That((await ListAsync()).Items.Single().Lease, Is.EqualTo(lease));
        await PutAsync("a", "2");
        Assert.That((await GetAsync("a"))!.Lease, Is.EqualTo(LeaseId.None));
    }

    [Test]
    public async Task Revoking_a_lease_deletes_its_keys_in_one_revision_and_no_others()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancel);
        await PutAsync("a", "1", lease);
        await PutAsync("b", "1", lease);
        await PutAsync("moved", "1", lease);
        await PutAsync("moved", "2");
        var before = await PutAsync("free", "1");
        await Store.RevokeLeaseAsync(lease, Cancel);

        Assert.That(Names(await ListAsync()), Is.EqualTo(new[] { "free", "moved" }));
        var message = (await WatchAsync(before, 2)).Single();
        Assert.That(message.Revision, Is.EqualTo(before.Next));
        Assert.That(message.Changes.Select(change => change.Key), Is.EquivalentTo(new[] { Key("a"), Key("b") }));
        Assert.That(message.Changes.Select(change => change.Current), Is.All.Null);
        Assert.That(message.Changes.Select(change => Text(change.Previous)), Is.All.EqualTo("1"));
    }

    [Test]
    public async Task A_lease_that_is_gone_cannot_be_used_kept_alive_or_missed()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancel);
        await Store.RevokeLeaseAsync(lease, Cancel);
        await Store.RevokeLeaseAsync(lease, Cancel);
        Assert.That(await Store.KeepLeaseAliveAsync(lease, Cancel), Is.False);
        var before = await CurrentAsync();
        Assert.That(async () => await PutAsync("a", "1", lease), Throws.InstanceOf<LeaseNotFoundException>());
        Assert.That(await CurrentAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_lease_without_keys_goes_without_a_revision()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancel);
        var before = await CurrentAsync();
        await Store.RevokeLeaseAsync(lease, Cancel);
        Assert.That(await CurrentAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Leases_are_all_different()
    {
        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancel).AsTask()));
        Assert.That(leases, Is.Unique);
        Assert.That(leases, Has.None.EqualTo(LeaseId.None));
    }

    [Test]
    public async Task The_keys_of_an_expired_lease_vanish_as_ordinary_deletes()
    {
        // The shortest that etcd grants, with its default election time.
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(2), Cancel);
        var revision = await PutAsync("a", "1", lease);
        await PutAsync("b", "1");
        Assert.That(await Store.KeepLeaseAliveAsync(lease, Cancel), Is.True);
        Pass(TimeSpan.FromSeconds(3));
        await Eventually.TrueAsync(async () => await GetAsync("a") is null);
        Assert.That(Names(await ListAsync()), Is.EqualTo(new[] { "b" }));
        var deleted = (await WatchAsync(revision.Next, 1)).Single().Changes.Single();
        Assert.That((deleted.Key, deleted.Current), Is.EqualTo((Key("a"), (KeyValue?)null)));
        Assert.That(await Store.KeepLeaseAliveAsync(lease, Cancel), Is.False);
    }
}
