using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.Streaming.Upgrades;

/// <summary>
/// Passes a request for an upgrade on to another server, and then the bytes of both: whatever protocol the two agree on, WebSocket or SPDY, goes through
/// unseen. As apimachinery's <c>UpgradeAwareHandler</c>, which stands in kube-apiserver and kubelet.
/// </summary>
public static class UpgradeProxy
{
    // What the two sides need to know of each other to agree; credentials are not among it.
    private static readonly string[] Asked = ["Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", UpgradeClient.StreamProtocolHeader];
    private static readonly string[] Answered = ["Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", UpgradeClient.StreamProtocolHeader];

    /// <summary>Can the connection of this request be given another protocol, and was that asked for?</summary>
    public static bool IsRequested(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && context.Request.Headers.Upgrade.Count > 0;

    /// <summary>Asks the other server for what the client asks for.</summary>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public static Task<HttpResponseMessage> AskAsync(HttpRequest request, HttpMessageInvoker client, Uri address, CancellationToken cancel)
    {
        var headers = Asked
            .SelectMany(name => request.Headers[name], KeyValuePair.Create)
            .Where(header => !string.IsNullOrEmpty(header.Value))
            .Select(header => KeyValuePair.Create(header.Key, header.Value!));
        return UpgradeClient.AskAsync(client, HttpMethod.Parse(request.Method), address, request.Headers.Upgrade.ToString(), headers, cancel);
    }

    /// <summary>Tells the client what the other server agreed to, and relays until either hangs up.</summary>
    public static async Task RunAsync(HttpContext context, HttpResponseMessage agreed, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        foreach (var name in Answered)
        {
            if (agreed.Headers.TryGetValues(name, out var values))
                context.Response.Headers[name] = values.ToArray();
        }
        await using var there = await agreed.Content.ReadAsStreamAsync(cancel);
        await using var here = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await ByteRelay.RunAsync(here, there, limits, clock, cancel);
    }
}
