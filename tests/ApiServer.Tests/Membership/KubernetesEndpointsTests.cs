using System.Net;
using ControlPlane.ApiServer.Membership;
using ControlPlane.Machinery.Meta;
using ControlPlane.Storage;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Membership;

/// <summary>Where the Service "kubernetes" leads when servers come and go.</summary>
public sealed class KubernetesEndpointsTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ObjectKey Key = new("default", "kubernetes");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));

    [Test]
    public async Task Every_live_server_stands_in_endpoints_and_slice()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        var first = await cluster.StartAsync("192.0.2.1");
        await cluster.StartAsync("192.0.2.3");
        var last = await cluster.StartAsync("192.0.2.2");
        Assert.That(await AddressesAsync(last), Is.EqualTo(new[] { "192.0.2.1", "192.0.2.2", "192.0.2.3" }));
        Assert.That(await SlicedAsync(last), Is.EqualTo(new[] { "192.0.2.1", "192.0.2.2", "192.0.2.3" }));
        await Eventually.TrueAsync(async () => (await AddressesAsync(first)).Length == 3);
    }

    [Test]
    public async Task A_server_that_stops_goes_at_once()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        var first = await cluster.StartAsync("192.0.2.1");
        var second = await cluster.StartAsync("192.0.2.2");
        await second.StopAsync(None);
        Assert.That(await AddressesAsync(first), Is.EqualTo(new[] { "192.0.2.1" }));
        Assert.That(await SlicedAsync(first), Is.EqualTo(new[] { "192.0.2.1" }));
    }

    [Test]
    public async Task A_server_that_dies_goes_when_its_lease_is_over()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        await new MasterLeases(cluster.Store, IPAddress.Parse("192.0.2.9")).RenewAsync(None);
        var first = await cluster.StartAsync("192.0.2.1");
        Assert.That(await AddressesAsync(first), Is.EqualTo(new[] { "192.0.2.1", "192.0.2.9" }));
        await Eventually.TrueAsync(async () =>
        {
            // Every look takes the clock further, so that leases run out and loops turn, whatever they wait for at the moment.
            _time.Advance(TimeSpan.FromSeconds(5));
            return (await AddressesAsync(first)).SequenceEqual(["192.0.2.1"]);
        });
    }

    [Test]
    public async Task A_server_whose_lease_was_lost_comes_back()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        var leases = new MasterLeases(cluster.Store, IPAddress.Parse("192.0.2.1"));
        await leases.RenewAsync(None);
        await cluster.Store.CommitAsync(new StoreTransaction([], [new StoreWrite.Delete("/registry/masterleases/192.0.2.1")]), None);
        Assert.That(await leases.ListAsync(None), Is.Empty);
        await leases.RenewAsync(None);
        Assert.That(await leases.ListAsync(None), Is.EqualTo(new[] { "192.0.2.1" }));
    }

    [Test]
    public async Task The_last_server_leaves_its_address_behind()
    {
        await using var cluster = await SeveralServers.CreateAsync(_time);
        await (await cluster.StartAsync("192.0.2.1")).StopAsync(None);
        var next = await cluster.StartAsync("192.0.2.2", options => options with { EndpointReconciler = EndpointReconciler.None });
        Assert.That(await AddressesAsync(next), Is.EqualTo(new[] { "192.0.2.1" }));
    }

    private static async Task<string[]> AddressesAsync(ApiServer server) =>
        [.. (await GetAsync<Endpoints>(server)).Subsets.SelectMany(subset => subset.Addresses).Select(address => address.Ip)];

    private static async Task<string[]> SlicedAsync(ApiServer server) => [.. (await GetAsync<EndpointSlice>(server)).Endpoints.SelectMany(endpoint => endpoint.Addresses)];

    private static async Task<T> GetAsync<T>(ApiServer server)
        where T : class, IApiObject<T> =>
        (T)(await server.Catalog.Current.Find(T.Resource.GroupResource)!.GetAsync(Key, "", None)).Record;
}
