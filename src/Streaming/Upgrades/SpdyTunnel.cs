using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using ControlPlane.Streaming.Spdy;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Streaming.Upgrades;

/// <summary>
/// SPDY inside of a WebSocket: for proxies on the way that let only WebSockets pass. The subprotocol is <c>SPDY/3.1+</c> and the streaming protocol's name; the
/// messages, one after the other, are the connection. As kube-apiserver's port-forward (<c>TunnelingHandler</c>).
/// </summary>
public static class SpdyTunnel
{
    private const string Prefix = SpdySession.Protocol + "+";

    /// <summary>The streaming protocols that the client offers through a tunnel.</summary>
    public static IReadOnlyList<string> Offered(HttpContext context) => !context.WebSockets.IsWebSocketRequest
        ? []
        : [.. context.WebSockets.WebSocketRequestedProtocols.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])];

    /// <summary>Opens the tunnel to a server that agreed to SPDY, and relays until either side hangs up.</summary>
    public static async Task RunAsync(HttpContext context, HttpResponseMessage agreed, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        await using var there = await agreed.Content.ReadAsStreamAsync(cancel);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = Prefix + UpgradeClient.Header(agreed, UpgradeClient.StreamProtocolHeader),
            KeepAliveInterval = limits.KeepAliveInterval,
        });
        await using var here = new TunnelStream(socket, limits, clock);
        await ByteRelay.RunAsync(here, there, limits, clock, cancel);
    }
}
