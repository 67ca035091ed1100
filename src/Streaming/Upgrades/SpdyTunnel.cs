using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using ControlPlane.Streaming.Spdy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.Streaming.Upgrades;

/// <summary>
/// SPDY inside of a WebSocket: for proxies on the way that let only WebSockets pass. The subprotocol is <c>SPDY/3.1+</c> and the streaming protocol's name; the
/// messages, one after the other, are the connection. As kube-apiserver's port-forward (<c>TunnelingHandler</c>).
/// </summary>
public static class SpdyTunnel
{
    private const string Prefix = SpdySession.Protocol + "+";
    private const string AcceptanceKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

    /// <summary>The streaming protocols that the client offers through a tunnel.</summary>
    public static IReadOnlyList<string> Offered(HttpContext context) => !context.WebSockets.IsWebSocketRequest
        ? []
        : [.. context.WebSockets.WebSocketRequestedProtocols.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])];

    /// <summary>Opens the tunnel to a server that agreed to SPDY, and relays until either side hangs up.</summary>
    public static async Task RunAsync(HttpContext context, HttpResponseMessage agreed, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        await using var there = await agreed.Content.ReadAsStreamAsync(cancel);
        using var socket = await AcceptAsync(context, Prefix + UpgradeClient.Header(agreed, UpgradeClient.StreamProtocolHeader), limits);
        await using var here = new TunnelStream(socket, limits, clock);
        await ByteRelay.RunAsync(here, there, limits, clock, cancel);
    }

    // ASP.NET's own acceptance refuses the slash in the protocol's name, which RFC 6455 does not allow and Kubernetes' clients ask for.
    private static async Task<WebSocket> AcceptAsync(HttpContext context, string protocol, ChannelLimits limits)
    {
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketProtocol = protocol;
        headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(context.Request.Headers.SecWebSocketKey.ToString() + AcceptanceKey)));
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = limits.KeepAliveInterval });
    }
}
