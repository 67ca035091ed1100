using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.Tests.Server.CustomResources;

/// <summary>A conversion webhook on a free loopback port: v1 calls it size, v2 calls it length.</summary>
internal sealed class ConversionServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private ConversionServer(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    public string Url => $"{_app.Urls.Single()}/convert";

    /// <summary>What a definition says of it.</summary>
    public JsonNode Conversion => JsonNode.Parse($$$"""
        {"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"{{{Url}}}","caBundle":"{{{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()))}}}"} } }
        """)!;

    public static async Task<ConversionServer> StartAsync()
    {
        var certificate = Certificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return new ConversionServer(app, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var review = (await JsonNode.ParseAsync(context.Request.Body))!;
        var request = review["request"]!;
        var wanted = request["desiredAPIVersion"]!.GetValue<string>();
        var (from, to) = wanted.EndsWith("/v2", StringComparison.Ordinal) ? ("size", "length") : ("length", "size");
        var converted = new JsonArray();
        foreach (var item in request["objects"]!.AsArray())
        {
            var made = item!.DeepClone();
            made["apiVersion"] = wanted;
            var spec = made["spec"]!.AsObject();
            if (spec[from]?.DeepClone() is { } moved)
            {
                spec.Remove(from);
                spec[to] = moved;
            }

            converted.Add(made);
        }

        review["response"] = new JsonObject { ["uid"] = request["uid"]!.DeepClone(), ["result"] = new JsonObject { ["status"] = "Success" }, ["convertedObjects"] = converted };
        review.AsObject().Remove("request");
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(review.ToJsonString());
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=converter", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
