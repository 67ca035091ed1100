using System.Net;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Node.Pods;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Server;

/// <summary>
/// The node's HTTPS server, for the API server alone: logs, commands, the pods that run here. Nobody is let in without a certificate of the cluster's authority, and of
/// those only the API server's.
/// </summary>
internal sealed class NodeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _authority;
    private readonly string _clientName;

    private NodeServer(NodeAgentOptions options, NodeEndpoints endpoints, ILoggerFactory logs)
    {
        _authority = options.ClientAuthority ?? throw new ArgumentException("a server needs the authority of its clients", nameof(options));
        _clientName = options.ClientName;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        _app = builder.Build();
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Streaming.Channels.ChannelLimits.Default.KeepAliveInterval });
        _app.Run(context => AdmitAsync(context, endpoints));
    }

    /// <summary>The port that it listens on.</summary>
    public int Port => BindingAddress.Parse(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>Starts it; returns when it listens.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<NodeServer> StartAsync(NodeAgentOptions options, NodeContext node, PodManager pods, ILoggerFactory logs, CancellationToken cancel)
    {
        var server = new NodeServer(options, new NodeEndpoints(node, pods), logs);
        try
        {
            await server._app.StartAsync(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AdmitAsync(HttpContext context, NodeEndpoints endpoints)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
            await AnswerAsync(context, StatusCodes.Status401Unauthorized, "Unauthorized");
        else if (certificate.GetNameInfo(X509NameType.SimpleName, false) != _clientName)
            await AnswerAsync(context, StatusCodes.Status403Forbidden, "Forbidden");
        else
            await endpoints.AnswerAsync(context);
    }

    private static Task AnswerAsync(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private void Configure(KestrelServerOptions kestrel, NodeAgentOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0; // nothing is sent here but upgrades
        kestrel.Limits.MinResponseDataRate = null; // a log that is followed may be silent
        kestrel.Listen(new IPEndPoint(IPAddress.Any, options.Port ?? 0), listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = options.ServingCertificate ?? throw new ArgumentException("a server needs a certificate", nameof(options)),
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (certificate, _, _) => IsOfAuthority(certificate),
            });
        });
    }

    private bool IsOfAuthority(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
