using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.Logs;

/// <summary>
/// A one-way stream (a container's log) over a WebSocket: the bytes as they come, a block a message, without channels.
/// Subprotocols <c>binary.k8s.io</c> (also the default) and <c>base64.binary.k8s.io</c>, as kube-apiserver's <c>wsstream.Reader</c>.
/// </summary>
public static class LogSocket
{
    /// <summary>The subprotocols, best first.</summary>
    public static IReadOnlyList<string> Protocols { get; } = ["binary.k8s.io", "base64.binary.k8s.io"];

    /// <summary>The first of the client's wishes that is served; "" when it has none; null when none is served (upstream answers 403).</summary>
    public static string? Negotiate(IReadOnlyList<string> requested) =>
        requested.Count == 0 ? "" : requested.FirstOrDefault(Protocols.Contains);

    /// <summary>Copies until the source ends or the client is gone, then closes cleanly.</summary>
    /// <exception cref="IOException">The source broke, or the client was lost.</exception>
    public static async Task CopyAsync(Stream source, WebSocket socket, string protocol, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var listening = ListenAsync(socket, gone);
        try
        {
            await SendAllAsync(source, socket, isBase64: protocol.StartsWith("base64.", StringComparison.Ordinal), limits, gone.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", gone.Token);
            await listening.WaitAsync(limits.CloseTimeout, clock, cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The client closed: nobody wants the rest.
        }
        catch (TimeoutException)
        {
            socket.Abort();
        }
        catch (WebSocketException error)
        {
            throw new IOException("The log's reader was lost.", error);
        }
        finally
        {
            if (!listening.IsCompleted)
                socket.Abort();
            await listening;
        }
    }

    private static async Task SendAllAsync(Stream source, WebSocket socket, bool isBase64, ChannelLimits limits, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(limits.BlockBytes);
        try
        {
            while (await source.ReadAsync(buffer.AsMemory(0, limits.BlockBytes), cancel) is > 0 and var count)
            {
                ReadOnlyMemory<byte> message = isBase64 ? Encoding.ASCII.GetBytes(Convert.ToBase64String(buffer, 0, count)) : buffer.AsMemory(0, count);
                await socket.SendAsync(message, isBase64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancel);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What a client sends is read past; it matters only that it closes, and that its pings are answered.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource gone)
    {
        var scratch = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(scratch.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // Nothing to do with it.
            }
            if (socket.State == WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            socket.Abort();
        }
        await gone.CancelAsync();
    }
}
