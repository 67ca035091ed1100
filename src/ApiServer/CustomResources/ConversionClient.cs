using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Trees;
using ControlPlane.Registry;
using ControlPlane.Types.ApiExtensions;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>Asks conversion webhooks: at a URL, or at a Service by its cluster address under its DNS name.</summary>
internal sealed class ConversionClient : IDisposable
{
    // apiextensions: pkg/apiserver/conversion, the timeout of the webhook client
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // apiserver: MaxRequestBodyBytes, with room for what a conversion adds
    private const int AnswerBytesMax = 8 * 1024 * 1024;

    private static readonly HttpRequestOptionsKey<byte[]> Authorities = new("ca");

    private readonly HttpClient _client;
    private readonly ResourceStore _services;

    /// <summary>A client for all webhooks.</summary>
    /// <param name="services">The Services.</param>
    public ConversionClient(ResourceStore services)
    {
        _services = services;
        _client = new HttpClient(new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ServerCertificateCustomValidationCallback = static (request, certificate, chain, problems) => IsTrusted(request, certificate, chain, problems),
        })
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
    }

    /// <summary>Sends a review and reads the answer.</summary>
    /// <exception cref="HttpRequestException">Nobody answers, or not with success.</exception>
    /// <exception cref="TreeFormatException">The answer is no JSON object.</exception>
    public TreeObject Ask(WebhookClientConfig webhook, byte[] review)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(webhook, out var host));
        request.Headers.Host = host;
        request.Content = new ByteArrayContent(review);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (webhook.CaBundle.Length > 0)
            request.Options.Set(Authorities, webhook.CaBundle.Span.ToArray());
        using var response = _client.Send(request, HttpCompletionOption.ResponseContentRead);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"Post \"{request.RequestUri}\": the server answered with {(int)response.StatusCode}");
        using var body = response.Content.ReadAsStream();
        using var bytes = new MemoryStream();
        body.CopyTo(bytes);
        return TreeReader.ReadObject(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private Uri AddressOf(WebhookClientConfig webhook, out string? host)
    {
        host = null;
        if (webhook.Url is { } url)
            return new Uri(url);
        var named = webhook.Service!;
        if (_services.FindCached(new ObjectKey(named.Namespace, named.Name))?.Record is not Service { Spec.ClusterIP: { Length: > 0 } address } || address == "None")
            throw new HttpRequestException($"service \"{named.Name}\" not found");
        host = $"{named.Name}.{named.Namespace}.svc";
        return new UriBuilder(Uri.UriSchemeHttps, address, named.Port ?? 443) { Path = named.Path ?? "" }.Uri;
    }

    private static bool IsTrusted(HttpRequestMessage request, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors problems)
    {
        if (problems == SslPolicyErrors.None)
            return true;
        if (problems != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || chain is null || !request.Options.TryGetValue(Authorities, out var authorities))
            return false;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(authorities));
        return chain.Build(certificate);
    }
}
