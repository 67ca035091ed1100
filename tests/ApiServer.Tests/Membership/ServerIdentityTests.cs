using ControlPlane.ApiServer.Membership;
using ControlPlane.Machinery.Features;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Coordination;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Membership;

/// <summary>The Leases by which servers tell that they live.</summary>
public sealed class ServerIdentityTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));

    [Test]
    public void The_name_is_upstreams() => Assert.That(ServerIdentity.NameOf("vm"), Is.EqualTo("apiserver-wlv32tlttr4jl3gtroqexyxapa"));

    [Test]
    public async Task Each_server_has_a_lease_with_upstreams_labels()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        var server = await cluster.StartAsync("192.0.2.1");
        await cluster.StartAsync("192.0.2.2");
        await Eventually.TrueAsync(() => Identities(server).Length == 2);
        var lease = Identities(server).Single(lease => lease.Metadata.Name == ServerIdentity.NameOf("192.0.2.1"));
        Assert.That(lease.Metadata.Labels["apiserver.kubernetes.io/identity"], Is.EqualTo("kube-apiserver"));
        Assert.That(lease.Metadata.Labels["kubernetes.io/hostname"], Is.EqualTo("192.0.2.1"));
        Assert.That(lease.Metadata.Annotations["kubernetes.io/peer-advertise-address"], Is.EqualTo($"192.0.2.1:{server.Port}"));
        Assert.That(lease.Spec.HolderIdentity, Does.StartWith(lease.Metadata.Name + "_"));
        Assert.That(lease.Spec.LeaseDurationSeconds, Is.EqualTo(3600));
    }

    [Test]
    public async Task A_lease_that_is_over_is_removed_and_others_stay()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        var server = await cluster.StartAsync("192.0.2.1");
        var gone = await cluster.StartAsync("192.0.2.2");
        await Eventually.TrueAsync(() => Identities(server).Length == 2);
        await gone.StopAsync(CancellationToken.None);
        Assert.That(Identities(server), Has.Length.EqualTo(2), "a server that stops may come back");
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            return Identities(server) is [var left] && left.Metadata.Name == ServerIdentity.NameOf("192.0.2.1");
        });
    }

    [Test]
    public async Task Without_the_gate_there_is_none()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        var quiet = await cluster.StartAsync("192.0.2.1", options => options with { Features = FeatureGates.Parse("APIServerIdentity=false") });
        var other = await cluster.StartAsync("192.0.2.2");
        await Eventually.TrueAsync(() => Identities(other).Length > 0);
        Assert.That(Identities(quiet).Select(lease => lease.Metadata.Name), Has.None.EqualTo(ServerIdentity.NameOf("192.0.2.1")));
    }

    private static Lease[] Identities(ApiServer server) =>
        [.. server.Catalog.Current.Find(Lease.Resource.GroupResource)!.ListCached("kube-system").Select(found => (Lease)found.Record)];
}
