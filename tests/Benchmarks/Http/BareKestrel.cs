using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ControlPlane.Benchmarks.Http;

/// <summary>
/// What this machine's Kestrel can give at most: the same bytes over the same TLS and HTTP/2 as a running server, and no logic at all. Times drift between
/// machines and hours; the ratio of the server's figures to these, taken in one sitting with the same load, is what counts.
/// Usage: <c>bare DATA_DIRECTORY SERVER PORT</c>: DATA_DIRECTORY is that of the running server, which apibench has filled with pods (<c>-only create</c>).
/// Then <c>apibench -server https://127.0.0.1:PORT ... -only get,list</c>. Ends with SIGINT.
/// </summary>
internal static class BareKestrel
{
    // Where apibench puts its pods.
    private const string Pods = "/api/v1/namespaces/apibench/pods";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var data, var server, var port])
        {
            await Console.Error.WriteLineAsync("bare DATA_DIRECTORY SERVER PORT");
            return 2;
        }

        using var source = Source(data, server);
        var list = await source.GetByteArrayAsync(Pods);
        var page = await source.GetByteArrayAsync(Pods + "?limit=500");
        var labelled = await source.GetByteArrayAsync(Pods + "?labelSelector=shard%3Ds3");
        var pod = await source.GetByteArrayAsync(Pods + "/p-000000");
        Console.WriteLine($"a pod of {pod.Length:N0} bytes, a list of {list.Length:N0} bytes");

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        using var certificate = Certificate(data, "apiserver");
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(int.Parse(port, CultureInfo.InvariantCulture), listen => listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificate,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = static (_, _, _) => true,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        })));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            var request = context.Request;
            var bytes = !request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal) ? pod
                : request.QueryString.Value!.Contains("limit", StringComparison.Ordinal) ? page
                : request.QueryString.Value!.Contains("labelSelector", StringComparison.Ordinal) ? labelled
                : list;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = bytes.Length;
            await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
        });
        await app.RunAsync();
        return 0;
    }

    private static HttpClient Source(string data, string server)
    {
        // The server is this machine's own, on the loopback address.
        var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true, ClientCertificates = [Certificate(data, "apiserver-kubelet-client")] } };
        return new HttpClient(handler) { BaseAddress = new Uri(server) };
    }

    private static X509Certificate2 Certificate(string data, string name) =>
        X509Certificate2.CreateFromPemFile(Path.Combine(data, "pki", name + ".crt"), Path.Combine(data, "pki", name + ".key"));
}
