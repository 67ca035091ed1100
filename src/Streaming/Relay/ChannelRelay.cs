using System.Buffers;
using System.Net.WebSockets;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.Relay;

/// <summary>Why a relay ended.</summary>
public enum RelayEnd
{
    /// <summary>One side closed cleanly and the other was told so.</summary>
    Closed,

    /// <summary>A side was lost without a word; the other was closed with 1011.</summary>
    Lost,

    /// <summary>Neither side sent anything for too long; both were closed with 1001.</summary>
    Idle,

    /// <summary>A side sent a message larger than allowed; it was closed with 1009, the other with 1011.</summary>
    MessageTooBig,

    /// <summary>The relay was told to stop; both were closed with 1001.</summary>
    Stopped,
}

/// <summary>
/// Passes messages between two WebSockets as they are, whatever the subprotocol: kinds, boundaries and close codes are kept.
/// One block a direction is all that is held, so a side that does not read holds the other back. Pings are the sockets' own
/// (<see cref="ChannelLimits.KeepAliveInterval"/>). Both sockets stay their makers'.
/// </summary>
public static class ChannelRelay
{
    /// <summary>Relays until an end is reached and both sides are closed. Never throws for what the peers do.</summary>
    public static async Task<RelayEnd> RunAsync(WebSocket one, WebSocket other, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        using var idle = new IdleWatch(limits.IdleTimeout, clock, cancel);
        var stopped = StoppedAsync(idle);
        var there = PumpAsync(one, other, limits, idle);
        var back = PumpAsync(other, one, limits, idle);

        var first = await Task.WhenAny(there, back, stopped);
        var end = await first;
        var (toOne, toOther) = ClosingCodes(end, culpritIsOne: first == there);
        if (end != RelayEnd.Closed)
            await Task.WhenAll(CloseOutputAsync(one, toOne, limits, clock), CloseOutputAsync(other, toOther, limits, clock));
        await FinishAsync(Task.WhenAll(there, back), one, other, limits, clock);
        idle.Cancel();
        await stopped;
        return end;
    }

    private static async Task<RelayEnd> PumpAsync(WebSocket from, WebSocket to, ChannelLimits limits, IdleWatch idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(limits.BlockBytes);
        try
        {
            for (long length = 0; ;)
            {
                // Without a token: cancelling a receive drops the socket, and a stopped relay still wants to say why.
                var received = await from.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await PassCloseAsync(from, to);
                    return RelayEnd.Closed;
                }
                length += received.Count;
                if (length > limits.MessageBytesMax)
                    return RelayEnd.MessageTooBig;
                await to.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
                idle.Touch();
                if (received.EndOfMessage)
                    length = 0;
            }
        }
        catch (Exception error) when (IsLoss(error))
        {
            return RelayEnd.Lost;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<RelayEnd> StoppedAsync(IdleWatch idle)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = idle.Token.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), stopped);
        await stopped.Task;
        return idle.Expired ? RelayEnd.Idle : RelayEnd.Stopped;
    }

    private static Task PassCloseAsync(WebSocket from, WebSocket to)
    {
        // 1005 means "no code was given" and may not be sent.
        var status = from.CloseStatus is null or WebSocketCloseStatus.Empty ? WebSocketCloseStatus.NormalClosure : from.CloseStatus.Value;
        return to.State is WebSocketState.Open or WebSocketState.CloseReceived
            ? to.CloseOutputAsync(status, from.CloseStatusDescription, CancellationToken.None)
            : Task.CompletedTask;
    }

    private static (WebSocketCloseStatus One, WebSocketCloseStatus Other) ClosingCodes(RelayEnd end, bool culpritIsOne) => (end, culpritIsOne) switch
    {
        (RelayEnd.MessageTooBig, true) => (WebSocketCloseStatus.MessageTooBig, WebSocketCloseStatus.InternalServerError),
        (RelayEnd.MessageTooBig, false) => (WebSocketCloseStatus.InternalServerError, WebSocketCloseStatus.MessageTooBig),
        (RelayEnd.Lost, _) => (WebSocketCloseStatus.InternalServerError, WebSocketCloseStatus.InternalServerError),
        _ => (WebSocketCloseStatus.EndpointUnavailable, WebSocketCloseStatus.EndpointUnavailable),
    };

    private static async Task CloseOutputAsync(WebSocket socket, WebSocketCloseStatus status, ChannelLimits limits, TimeProvider clock)
    {
        using var deadline = new CancellationTokenSource(limits.CloseTimeout, clock);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, "", deadline.Token);
        }
        catch (Exception error) when (IsLoss(error))
        {
            socket.Abort();
        }
    }

    /// <summary>The directions end when both peers have answered the close; when they do not in time, both sockets are dropped.</summary>
    private static async Task FinishAsync(Task pumps, WebSocket one, WebSocket other, ChannelLimits limits, TimeProvider clock)
    {
        try
        {
            await pumps.WaitAsync(limits.CloseTimeout, clock);
        }
        catch (TimeoutException)
        {
            one.Abort();
            other.Abort();
            await pumps;
        }
    }

    private static bool IsLoss(Exception error) =>
        error is WebSocketException or IOException or OperationCanceledException or InvalidOperationException;
}
