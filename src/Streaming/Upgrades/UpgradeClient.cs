using System.Net;
using System.Text;

namespace ControlPlane.Streaming.Upgrades;

/// <summary>
/// Asks a server to speak another protocol on the connection. An answer of 101 has that connection as its content's stream, to be read and written; any other
/// answer is a refusal. Disposing the answer drops the connection.
/// </summary>
public static class UpgradeClient
{
    private const int RefusalBytesMax = 64 << 10;

    /// <summary>The header in which streaming protocols are offered, and one is chosen, over SPDY.</summary>
    public const string StreamProtocolHeader = "X-Stream-Protocol-Version";

    /// <summary>Sends the request, with these headers beside those of the upgrade itself.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public static async Task<HttpResponseMessage> AskAsync(
        HttpMessageInvoker client, HttpMethod method, Uri address, string protocol, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, address) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", protocol);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, cancel);
    }

    /// <summary>Did the server agree?</summary>
    public static bool IsUpgraded(HttpResponseMessage answer) => answer.StatusCode == HttpStatusCode.SwitchingProtocols;

    /// <summary>What a server that did not agree says of it; no more than a reader would want.</summary>
    /// <exception cref="IOException">It broke off.</exception>
    public static async Task<string> RefusalAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var text = new byte[RefusalBytesMax];
        var length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(text, 0, length).Trim();
    }

    /// <summary>The first value of a header of the answer; "" when there is none.</summary>
    public static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : "";
}
