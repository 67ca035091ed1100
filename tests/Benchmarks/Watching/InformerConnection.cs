using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ControlPlane.Client.Https;

namespace ControlPlane.Benchmarks.Watching;

/// <summary>One HTTP/2 connection of a client that lists and watches, as many at once as the server lets.</summary>
internal sealed class InformerConnection : IDisposable
{
    private static ReadOnlySpan<byte> InitialEventsEnd => "k8s.io/initial-events-end"u8;

    private readonly HttpClient _client;
    private readonly List<HttpResponseMessage> _open = [];

    public InformerConnection(HttpsTransportOptions access)
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false, InitialHttp2StreamWindowSize = 65535 };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (access.ClientCertificate is { } certificate)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate()!;
        _client = new HttpClient(handler)
        {
            BaseAddress = access.Server,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Opens a watch, and leaves it open.</summary>
    public async Task WatchAsync(string path, CancellationToken cancel)
    {
        var response = await _client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancel);
        lock (_open)
            _open.Add(response.EnsureSuccessStatusCode());
    }

    /// <summary>What an informer does first: a list of any age, and a watch from there. Answers with the list's bytes.</summary>
    public async Task<long> ListAndWatchAsync(string collection, CancellationToken cancel)
    {
        var length = await ReadAsync(collection + "?resourceVersion=0", cancel);
        await WatchAsync(collection + "?watch=true&allowWatchBookmarks=true&resourceVersion=0&sendInitialEvents=false&resourceVersionMatch=NotOlderThan", cancel);
        return length;
    }

    /// <summary>The newer form: a watch that begins with the present state. Answers with its bytes when all of it has come, and leaves the watch open.</summary>
    public async Task<long> WatchListAsync(string collection, CancellationToken cancel)
    {
        var response = await _client.GetAsync(
            collection + "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", HttpCompletionOption.ResponseHeadersRead, cancel);
        lock (_open)
            _open.Add(response.EnsureSuccessStatusCode());
        var (buffer, length, kept) = (new byte[16 * 1024], 0L, 0);
        var body = await response.Content.ReadAsStreamAsync(cancel);
        while (true)
        {
            var read = await body.ReadAsync(buffer.AsMemory(kept), cancel);
            if (read == 0)
                throw new IOException("the watch ended before its bookmark");
            length += read;
            var seen = buffer.AsSpan(0, kept + read);
            if (seen.IndexOf(InitialEventsEnd) >= 0)
                return length;
            // The mark may be cut in two.
            kept = Math.Min(seen.Length, InitialEventsEnd.Length - 1);
            seen[^kept..].CopyTo(buffer);
        }
    }

    /// <summary>Reads an answer to its end, and tells how many bytes it had.</summary>
    public async Task<long> ReadAsync(string path, CancellationToken cancel)
    {
        using var list = await ListAsync(path, cancel);
        var (buffer, length) = (new byte[16 * 1024], 0L);
        await using var body = await list.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancel);
        while (await body.ReadAsync(buffer, cancel) is > 0 and var read)
            length += read;
        return length;
    }

    // When too many ask at once some are told to come again, as client-go does.
    private async Task<HttpResponseMessage> ListAsync(string path, CancellationToken cancel)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
                return answer;
            var after = answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            answer.Dispose();
            await Task.Delay(after, TimeProvider.System, cancel);
        }
    }

    /// <summary>Creates an object that may be there already.</summary>
    public async Task PostAsync(string collection, JsonObject value)
    {
        using var content = JsonContent.Create(value);
        using var answer = await _client.PostAsync(collection, content);
        if (answer.StatusCode != HttpStatusCode.Conflict)
            answer.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        foreach (var response in _open)
            response.Dispose();
        _client.Dispose();
    }
}
