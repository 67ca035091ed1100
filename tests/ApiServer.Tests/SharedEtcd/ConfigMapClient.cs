using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.ApiServer.Tests.SharedEtcd;

/// <summary>One client of a few ConfigMaps that many clients read and write at once, each time through another server: it notes what it was told.</summary>
internal sealed class ConfigMapClient(ServerChoice servers, int serverCount, string name, History history, Random random)
{
    public const string Prefix = "register-";
    public const string Collection = "api/v1/namespaces/default/configmaps";
    private const int ConfigMaps = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, KeyVersion?> _known = [];
    private int _writes;
    private int _acknowledged;
    private int _unanswered;

    /// <summary>How many of its writes were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>How many of its reads a server said that it could not answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Goes on until told to stop, and ends what it is at.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var key = $"{Prefix}{random.Next(ConfigMaps)}";
            await (random.Next(100) switch
            {
                < 50 => WriteAsync(key),
                < 60 => PatchAsync(key),
                < 85 => GetAsync(key),
                _ => ListAsync(),
            });
        }
    }

    /// <summary>Reads all; false when that failed.</summary>
    public async Task<bool> ListAsync()
    {
        var invoked = History.Now;
        if (await SendAsync(HttpMethod.Get, Collection) is not { Code: HttpStatusCode.OK } answer)
            return false;
        var at = RevisionOf(answer.Json);
        history.Add(new ClientOperation.List(Since(invoked), Prefix, [.. ItemsOf(answer.Json)], at));
        return true;
    }

    /// <summary>The objects of a list.</summary>
    public static IEnumerable<KeyVersion> ItemsOf(JsonNode list) =>
        list["items"]!.AsArray().Select(item => VersionOf(item!)).Where(version => version.Key.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>What an object is called in a history.</summary>
    public static KeyVersion VersionOf(JsonNode map) => new(map["metadata"]!["name"]!.GetValue<string>(), RevisionOf(map), map["data"]!["v"]!.GetValue<string>());

    /// <summary>The resourceVersion of an object or list.</summary>
    public static long RevisionOf(JsonNode json) => long.Parse(json["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture);

    // From what it knows of the object: a creation, an update, or a deletion.
    private Task WriteAsync(string key)
    {
        var value = $"{name}-{++_writes}";
        return _known.GetValueOrDefault(key) switch
        {
            null => WriteAsync(key, value, 0, HttpMethod.Post, Collection, Body(key, value, "")),
            var known when random.Next(4) == 0 =>
                WriteAsync(key, null, known.Revision, HttpMethod.Delete, $"{Collection}/{key}", $$$"""{"preconditions":{"resourceVersion":"{{{known.Revision}}}"}}"""),
            var known => WriteAsync(key, value, known.Revision, HttpMethod.Put, $"{Collection}/{key}", Body(key, value, $"{known.Revision}")),
        };
    }

    // Whatever there is.
    private Task PatchAsync(string key)
    {
        var value = $"{name}-{++_writes}";
        return WriteAsync(key, value, null, HttpMethod.Patch, $"{Collection}/{key}", $$$"""{"data":{"v":"{{{value}}}"}}""");
    }

    private async Task WriteAsync(string key, string? value, long? expected, HttpMethod method, string path, string body)
    {
        var invoked = History.Now;
        var answer = await SendAsync(method, path, body);
        WriteOutcome outcome = answer?.Code switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created => new WriteOutcome.Done(value is null ? null : RevisionOf(answer.Json)),
            HttpStatusCode.Conflict or HttpStatusCode.NotFound => new WriteOutcome.Refused(null),
            HttpStatusCode.TooManyRequests => new WriteOutcome.Failed(),
            null or >= HttpStatusCode.InternalServerError => new WriteOutcome.Unknown(),
            _ => throw new AssertionException($"{method} {path} was answered {answer.Code}: {answer.Text}"),
        };
        history.Add(new ClientOperation.Write(Since(invoked), key, value, expected, outcome));
        if (outcome is WriteOutcome.Done)
        {
            _known[key] = value is null ? null : VersionOf(answer!.Json);
            Interlocked.Increment(ref _acknowledged);
        }
        else
        {
            await GetAsync(key);
        }
    }

    private async Task GetAsync(string key)
    {
        var invoked = History.Now;
        var answer = await SendAsync(HttpMethod.Get, $"{Collection}/{key}");
        if (answer?.Code is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
        {
            // A server that was stopped said nothing at all.
            if (answer is not null)
                Interlocked.Increment(ref _unanswered);
            return;
        }

        _known[key] = answer.Code is HttpStatusCode.OK ? VersionOf(answer.Json) : null;
        history.Add(new ClientOperation.Read(Since(invoked), key, _known[key], At: null));
    }

    // Null where there was no answer.
    private async Task<JsonAnswer?> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            var type = method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json";
            request.Content = new StringContent(body, new MediaTypeHeaderValue(type));
        }

        try
        {
            using var response = await servers.Any(random, serverCount).SendAsync(request, patience.Token);
            return new JsonAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(patience.Token));
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return null;
        }
    }

    private static string Body(string key, string value, string version) =>
        $$$"""{"metadata":{"name":"{{{key}}}","resourceVersion":"{{{version}}}"},"data":{"v":"{{{value}}}"}}""";

    private static CallTime Since(long invoked) => new(invoked, History.Now);

    private sealed record JsonAnswer(HttpStatusCode Code, string Text)
    {
        public JsonNode Json => JsonNode.Parse(Text)!;
    }
}
