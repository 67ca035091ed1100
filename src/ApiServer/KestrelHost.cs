using System.Net;
using System.Security.Authentication;
using System.Text;
using ControlPlane.ApiServer.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace ControlPlane.ApiServer;

/// <summary>The socket side: TLS, HTTP/1.1 and HTTP/2, and their limits.</summary>
internal static class KestrelHost
{
    // apiserver: http2 MaxConcurrentStreams per connection
    private const int StreamsPerConnectionMax = 100;

    // net/http: DefaultMaxHeaderBytes is 1 MiB; selectors and tokens can be long, but not that long.
    private const int RequestLineBytesMax = 256 * 1024;
    private const int HeadersBytesMax = 256 * 1024;

    /// <summary>A server that is not started yet.</summary>
    public static WebApplication Build(ApiServerOptions options, ClusterPki pki, ILoggerFactory logs, RequestDelegate pipeline)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, pki));
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        app.Run(pipeline);
        return app;
    }

    /// <summary>The port that it listens on.</summary>
    public static int PortOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return BindingAddress.Parse(addresses.First()).Port;
    }

    private static void Configure(KestrelServerOptions kestrel, ApiServerOptions options, ClusterPki pki)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        // Go writes the text of headers as UTF-8; a warning may quote a field of any name.
        kestrel.ResponseHeaderEncodingSelector = static header => header == HeaderNames.Warning ? Encoding.UTF8 : null;
        kestrel.AllowHostHeaderOverride = true; // net/http: a target that names a host counts, whatever the header says
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null; // RequestBody has its own limit, with upstream's answer; streams have none
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5)); // Kestrel's own defaults, said aloud
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        // A peer that is gone does not answer pings; its watches end with its connection.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(3); // apiserver: IdleTimeout of 90 s is for HTTP/1; clients keep connections longer
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnectionMax;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 768 * 1024;
        kestrel.Listen(new IPEndPoint(options.BindAddress, options.SecurePort), listen => listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = pki.ServingCertificate,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = static (_, _, _) => true, // the authenticator decides, and says no with 401
            CheckCertificateRevocation = false,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        }));
    }
}
