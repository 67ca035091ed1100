using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client.Https;

/// <summary>The API over HTTPS: HTTP/2, protobuf or JSON, certificate or token.</summary>
/// <remarks>Besides <see cref="ApiException"/> its members throw <see cref="HttpRequestException"/> and <see cref="IOException"/> where the server cannot be reached.</remarks>
public sealed class HttpsTransport : IApiTransport, IDisposable
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10); // renewed certificates come into force within this

    private readonly HttpsTransportOptions _options;
    private readonly TimeProvider _clock;
    private volatile HttpClient _http;

    /// <summary>Connects when first used.</summary>
    public HttpsTransport(HttpsTransportOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _http = Connect();
    }

    /// <summary>Uses new connections from now on, so that a renewed client certificate comes into force; the old ones end with what still runs on them.</summary>
    public void Reconnect() => _http = Connect();

    /// <inheritdoc/>
    public async ValueTask<TResult> SendAsync<TResult>(ApiRequest request, CancellationToken cancel)
        where TResult : class, IApiObject<TResult>
    {
        var bytes = await ExchangeAsync(() => Message<TResult>(request), request.Method == ApiMethod.Get, request.Subresource.Length == 0, cancel);
        return Documents.ReadOne<TResult>(bytes);
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectList<T>> ListAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var accept = MediaTypes.AcceptList<T>(SpeaksProtobuf<T>());
        var bytes = await ExchangeAsync(() => Message(HttpMethod.Get, RequestPath.Of(request), accept), true, true, cancel);
        return Documents.ReadList<T>(bytes);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ApiRequest request, [EnumeratorCancellation] CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var accept = MediaTypes.AcceptWatch<T>(SpeaksProtobuf<T>());
        using var response = await RetryAsync(() => Message(HttpMethod.Get, RequestPath.Of(request, watch: true), accept), true, true, cancel);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var isProtobuf = response.Content.Headers.ContentType?.MediaType == MediaTypes.Protobuf;
        var stream = new WatchStream(body, isProtobuf, _options.MaxFrameBytes);
        while (await stream.ReadAsync<T>(cancel) is { } change)
            yield return change;
    }

    /// <inheritdoc/>
    public async ValueTask DeleteCollectionAsync(ApiRequest request, CancellationToken cancel) =>
        await ExchangeAsync(
            () => WithOptions(Message(HttpMethod.Delete, RequestPath.Of(request), MediaTypes.Json), request), isRead: false, mayRepeat: true, cancel);

    /// <inheritdoc/>
    public async ValueTask<Stream> GetRawAsync(string pathAndQuery, CancellationToken cancel)
    {
        var response = await RetryAsync(() => Message(HttpMethod.Get, pathAndQuery, "application/json,*/*"), true, true, cancel);
        return await response.Content.ReadAsStreamAsync(cancel);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private HttpClient Connect()
    {
        var http = new HttpClient(Handler(_options))
        {
            BaseAddress = _options.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd(_options.UserAgent);
        return http;
    }

    private static SocketsHttpHandler Handler(HttpsTransportOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true, // a server allows 100 streams a connection; informers alone may be more
            PooledConnectionLifetime = ConnectionLifetime,
            ConnectTimeout = TimeSpan.FromSeconds(30), // client-go: dial timeout
            KeepAlivePingDelay = TimeSpan.FromSeconds(30), // client-go: HTTP2_READ_IDLE_TIMEOUT_SECONDS
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15), // client-go: HTTP2_PING_TIMEOUT_SECONDS
            AutomaticDecompression = DecompressionMethods.GZip,
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        handler.SslOptions = Tls(options);
        return handler;
    }

    private static SslClientAuthenticationOptions Tls(HttpsTransportOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.ServerName.Length > 0)
            tls.TargetHost = options.ServerName;
        if (options.ClientCertificate is { } certificate)
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate()!;
        if (options.SkipVerification)
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        else if (options.Authorities.Count > 0)
            tls.CertificateChainPolicy = Trust(options.Authorities);
        return tls;
    }

    private static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static bool IsBuiltIn(GroupVersionKind kind) => kind == PartialObjectMetadata.Kind || Types.BuiltInTypes.Find(kind) is not null;

    private bool SpeaksProtobuf<T>()
        where T : class, IApiObject<T> =>
        _options.UseProtobuf && IsBuiltIn(T.Kind) && !T.Resource.IsStoredAsJson;

    private HttpRequestMessage Message<TResult>(ApiRequest request)
        where TResult : class, IApiObject<TResult>
    {
        var message = Message(MethodOf(request.Method), RequestPath.Of(request), MediaTypes.AcceptOne<TResult>(SpeaksProtobuf<TResult>()));
        if (request.Method == ApiMethod.Patch)
            message.Content = Content(request.Patch, MediaTypes.Of(request.PatchKind));
        else if (request.Method == ApiMethod.Delete)
            WithOptions(message, request);
        else if (request.Body is { } body)
            message.Content = Body(body);
        return message;
    }

    private HttpRequestMessage Message(HttpMethod method, string path, string accept)
    {
        // The server's own path, where it stands behind one, is kept.
        var message = new HttpRequestMessage(method, new Uri(_options.Server, _options.Server.AbsolutePath.TrimEnd('/') + path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", accept);
        return message;
    }

    private HttpRequestMessage WithOptions(HttpRequestMessage message, ApiRequest request)
    {
        if (request.Delete is { } options)
            message.Content = Content(Json.Encode(options), MediaTypes.Json);
        return message;
    }

    private ReadOnlyMemoryContent Body(IApiObject body) =>
        _options.UseProtobuf && IsBuiltIn(body.GroupVersionKind) && body.GroupVersionKind.Group is not ("apiextensions.k8s.io" or "apiregistration.k8s.io")
            ? Content(Envelope.Write(body), MediaTypes.Protobuf)
            : Content(Json.Encode(body), MediaTypes.Json);

    private static ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> bytes, string type)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    private static HttpMethod MethodOf(ApiMethod method) => method switch
    {
        ApiMethod.Get => HttpMethod.Get,
        ApiMethod.Create => HttpMethod.Post,
        ApiMethod.Update => HttpMethod.Put,
        ApiMethod.Patch => HttpMethod.Patch,
        _ => HttpMethod.Delete,
    };

    private async Task<byte[]> ExchangeAsync(Func<HttpRequestMessage> message, bool isRead, bool mayRepeat, CancellationToken cancel)
    {
        using var response = await RetryAsync(message, isRead, mayRepeat, cancel);
        return await ReadBodyAsync(response, cancel);
    }

    // 429 means that nothing was done, so whatever was asked may be asked again; except of subresources such as eviction, where it is the answer.
    private async Task<HttpResponseMessage> RetryAsync(Func<HttpRequestMessage> message, bool isRead, bool mayRepeat, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var response = await SendOnceAsync(message(), cancel);
            if (response.IsSuccessStatusCode)
                return response;
            var isBusy = response.StatusCode == HttpStatusCode.TooManyRequests || (isRead && response.StatusCode == HttpStatusCode.ServiceUnavailable);
            if (!isBusy || !mayRepeat || attempt >= _options.MaxRetries || response.Headers.RetryAfter?.Delta is not { } pause)
                throw await RefusalAsync(response, cancel);
            response.Dispose();
            await Task.Delay(pause, _clock, cancel);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, CancellationToken cancel)
    {
        using (message)
        {
            if (_options.BearerToken is { } token)
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancel));
            using var deadline = new CancellationTokenSource(_options.RequestTimeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
            try
            {
                return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new HttpRequestException($"the server did not answer within {_options.RequestTimeout}");
            }
        }
    }

    private async Task<ApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using (response)
            return new ApiException(Documents.ReadStatus(await ReadBodyAsync(response, cancel), (int)response.StatusCode));
    }

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            if (body.Length + read > _options.MaxResponseBytes)
                throw new IOException($"the answer is larger than {_options.MaxResponseBytes} bytes");
            await body.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
        return body.ToArray();
    }
}
