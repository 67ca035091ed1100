using System.Net.WebSockets;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.Upgrades;

/// <summary>
/// The messages of a WebSocket, one after the other, as a stream of bytes; each write is a binary message. Reading ends (0) when the peer closes. A read that is
/// cancelled leaves the socket whole (cancelling its own receive would drop it, and with it what was written last), so that a close can follow. The socket stays
/// its maker's.
/// </summary>
internal sealed class TunnelStream(WebSocket socket, ChannelLimits limits, TimeProvider clock) : AsynchronousStream
{
    private readonly byte[] _block = new byte[limits.BlockBytes];
    private ReadOnlyMemory<byte> _received;
    private Task<ValueWebSocketReceiveResult>? _receiving;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_received.IsEmpty)
        {
            _receiving ??= socket.ReceiveAsync(_block.AsMemory(), CancellationToken.None).AsTask();
            var message = await _receiving.WaitAsync(cancellationToken);
            if (message.MessageType == WebSocketMessageType.Close)
                return 0;
            _receiving = null;
            _received = _block.AsMemory(0, message.Count);
        }

        var part = _received[..Math.Min(buffer.Length, _received.Length)];
        part.CopyTo(buffer);
        _received = _received[part.Length..];
        return part.Length;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    /// <summary>Tells the peer that it is over, after all that was written; a peer that does not answer in time is dropped.</summary>
    public override async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(limits.CloseTimeout, clock);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
            var scratch = new byte[limits.BlockBytes];
            while (await ReadAsync(scratch, deadline.Token) > 0)
            {
                // What still comes in finds no reader.
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            socket.Abort();
        }

        if (_receiving is not null)
            await ((Task)_receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.DisposeAsync();
    }
}
