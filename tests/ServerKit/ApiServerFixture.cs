using System.Net;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Transport;
using ControlPlane.Storage;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Server = ControlPlane.ApiServer.ApiServer;

namespace ControlPlane.ServerKit;

/// <summary>
/// A whole API server for tests: Kestrel with TLS on a free loopback port, the embedded store in a temporary directory or another store. Starting one takes
/// under a second; tests of one class share it, each in a namespace of its own.
/// </summary>
public sealed class ApiServerFixture : IAsyncDisposable
{
    // RFC 5737: nobody is there; clients go to the loopback address, where the server listens.
    private static readonly IPAddress Advertised = IPAddress.Parse("192.0.2.1");

    private readonly TemporaryDirectory _data = new();
    private readonly Func<ApiServerOptions, ApiServerOptions> _configure;
    private readonly Func<Task<IKeyValueStore>> _openStore;
    private readonly List<HttpClient> _clients = [];
    private IKeyValueStore? _store;
    private Server? _server;

    private ApiServerFixture(Func<ApiServerOptions, ApiServerOptions> configure, long? storeBytesMax, Func<Task<IKeyValueStore>>? openStore) =>
        (_configure, _openStore) = (configure, openStore ?? (async () => await OpenEmbeddedAsync(storeBytesMax)));

    /// <summary>The server.</summary>
    public Server Server => _server ?? throw new InvalidOperationException("the server is stopped");

    /// <summary>Its keys and certificates.</summary>
    public ClusterPki Pki { get; private set; } = null!;

    /// <summary>https://127.0.0.1:port/</summary>
    public Uri Address => new($"https://127.0.0.1:{Server.Port}/");

    /// <summary>A client that may do everything (system:masters).</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>Starts a server.</summary>
    /// <param name="configure">Changes the options, which listen on a free loopback port.</param>
    /// <param name="storeBytesMax">What the embedded store may hold, where it is to be little.</param>
    public static Task<ApiServerFixture> StartAsync(Func<ApiServerOptions, ApiServerOptions>? configure = null, long? storeBytesMax = null) =>
        StartAsync(new ApiServerFixture(configure ?? (options => options), storeBytesMax, openStore: null));

    /// <summary>Starts a server on another store.</summary>
    /// <param name="openStore">Opens it, at each start; the fixture closes it when it stops.</param>
    public static Task<ApiServerFixture> StartOnAsync(Func<Task<IKeyValueStore>> openStore) =>
        StartAsync(new ApiServerFixture(options => options, storeBytesMax: null, openStore));

    /// <summary>Starts again on the same data after <see cref="StopAsync"/>; the port may be another.</summary>
    public async Task StartAgainAsync()
    {
        var options = _configure(new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, AdvertiseAddress = Advertised });
        Pki = ClusterPki.LoadOrCreate(new ClusterPkiOptions
        {
            DataDirectory = _data.Path,
            NodeName = "test",
            AdvertiseAddress = Advertised,
            KubernetesServiceAddress = options.KubernetesServiceAddress,
        }, TimeProvider.System);
        _store = await _openStore();
        _server = await Server.StartAsync(_store, Pki, options, TimeProvider.System, new Random(), NullLoggerFactory.Instance, CancellationToken.None);
        Admin = ClientAs("kubernetes-super-admin", "system:masters");
    }

    /// <summary>Stops the server and its store, and keeps the data.</summary>
    public async Task StopAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        _clients.Clear();
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
        if (_store is not null)
            await _store.DisposeAsync();
        _store = null;
    }

    /// <summary>An HTTP client with a client certificate of that user.</summary>
    public HttpClient ClientAs(string user, params string[] groups)
    {
        var certificate = Pki.Authority.Issue(CertificateProfile.Client(user, [.. groups]));
        return Client(certificate);
    }

    /// <summary>An HTTP client without credentials.</summary>
    public HttpClient Anonymous() => Client(null);

    /// <summary>The in-process API of a user.</summary>
    public IApiTransport As(UserInfo user, string userAgent = "test") => Server.As(user, userAgent);

    /// <summary>The in-process API of somebody who may do everything.</summary>
    public IApiTransport AsAdmin(string userAgent = "test") => As(UserInfo.Of("admin", UserInfo.Masters, UserInfo.Authenticated), userAgent);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _data.Dispose();
    }

    private static async Task<ApiServerFixture> StartAsync(ApiServerFixture fixture)
    {
        try
        {
            await fixture.StartAgainAsync();
            return fixture;
        }
        catch
        {
            await fixture.DisposeAsync();
            throw;
        }
    }

    private async Task<EmbeddedStore> OpenEmbeddedAsync(long? bytesMax)
    {
        var options = new EmbeddedStoreOptions { Path = _data["store.db"] };
        return await EmbeddedStore.OpenAsync(options with { MaxDatabaseBytes = bytesMax ?? options.MaxDatabaseBytes }, CancellationToken.None);
    }

    private HttpClient Client(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        var client = new HttpClient(handler) { BaseAddress = Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("test/1.0");
        _clients.Add(client);
        return client;
    }
}
