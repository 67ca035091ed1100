using System.Net;
using ControlPlane.ApiServer;
using ControlPlane.ApiServer.Pki;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>The API server over the store, with certificates of its own making.</summary>
internal sealed class ApiServerPart(StorePart store, ApiServerOptions options, ClusterPki pki, TimeProvider time, ILoggerFactory logs) : Part
{
    // In-flight requests get so long at the end; watches are ended at once.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    private ApiServer.ApiServer? _server;

    public override string Name => "api server";

    public override IReadOnlyList<Part> Needs => [store];

    /// <summary>The running server; there once this part is ready.</summary>
    public ApiServer.ApiServer Server => _server ?? throw new InvalidOperationException("the API server is not started");

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        await using var server = await StartAsync(stop);
        _server = server;
        ready();
        await Task.WhenAny(Forever.UntilAsync(stop), server.RunAsync(CancellationToken.None));
        using var limit = new CancellationTokenSource(DrainLimit, time);
        await server.StopAsync(limit.Token);
    }

    private async Task<ApiServer.ApiServer> StartAsync(CancellationToken cancel)
    {
        try
        {
            return await ApiServer.ApiServer.StartAsync(store.Store, pki, options, time, new Random(), logs, cancel);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new IOException($"another program listens on {new IPEndPoint(options.BindAddress, options.SecurePort)} already: choose another port with --secure-port", taken);
        }
    }
}
