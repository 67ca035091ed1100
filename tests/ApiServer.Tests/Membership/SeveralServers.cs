using System.Net;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Membership;

/// <summary>Servers of one cluster: one store, one set of certificates, each with an address of its own (RFC 5737: nobody is there).</summary>
internal sealed class SeveralServers : IAsyncDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly List<ApiServer> _servers = [];
    private readonly ClusterPki _pki;

    private SeveralServers(TimeProvider time)
    {
        Time = time;
        _pki = ClusterPki.LoadOrCreate(
            new ClusterPkiOptions
            {
                DataDirectory = _data.Path,
                NodeName = "test",
                AdvertiseAddress = IPAddress.Parse("192.0.2.1"),
                KubernetesServiceAddress = IPAddress.Parse("10.96.0.1"),
            },
            time);
    }

    /// <summary>The clock of the servers and of the store's leases.</summary>
    public TimeProvider Time { get; }

    /// <summary>What they share.</summary>
    public EmbeddedStore Store { get; private set; } = null!;

    /// <summary>A cluster without servers.</summary>
    public static async Task<SeveralServers> CreateAsync(FakeTimeProvider time)
    {
        var cluster = new SeveralServers(time);
        cluster.Store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = cluster._data["store.db"], Time = time }, CancellationToken.None);
        return cluster;
    }

    /// <summary>Starts a server with that address.</summary>
    public async Task<ApiServer> StartAsync(string address, Func<ApiServerOptions, ApiServerOptions>? configure = null)
    {
        var options = new ApiServerOptions
        {
            BindAddress = IPAddress.Loopback,
            SecurePort = 0,
            AdvertiseAddress = IPAddress.Parse(address),
            HostName = address,
        };
        var server = await ApiServer.StartAsync(Store, _pki, configure?.Invoke(options) ?? options, Time, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        _servers.Add(server);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        await Store.DisposeAsync();
        _data.Dispose();
    }
}
