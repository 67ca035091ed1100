using System.Buffers;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.Relay;

/// <summary>
/// Passes bytes between two connections as they are, whatever is spoken over them. One block a direction is all that is held, so a side that does not read holds
/// the other back. Both connections stay their makers'.
/// </summary>
public static class ByteRelay
{
    /// <summary>
    /// Relays until either side hangs up or is lost, nothing passes for too long, or the token says so; what was received before has been passed on then. The
    /// protocols that are relayed end their streams themselves: a connection has no use that is half closed. Never throws for what the peers do.
    /// </summary>
    public static async Task RunAsync(Stream one, Stream other, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        using var idle = new IdleWatch(limits.IdleTimeout, clock, cancel);
        var there = PumpAsync(one, other, limits.BlockBytes, idle);
        var back = PumpAsync(other, one, limits.BlockBytes, idle);
        await Task.WhenAny(there, back);
        idle.Cancel();
        await Task.WhenAll(there, back);
    }

    private static async Task PumpAsync(Stream from, Stream to, int blockBytes, IdleWatch idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(blockBytes);
        try
        {
            while (await from.ReadAsync(buffer.AsMemory(), idle.Token) is > 0 and var count)
            {
                idle.Touch();
                await to.WriteAsync(buffer.AsMemory(0, count), idle.Token);
                await to.FlushAsync(idle.Token);
            }
        }
        catch (Exception error) when (error is IOException or System.Net.WebSockets.WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // However it ended, it ended: the other direction is stopped too.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
