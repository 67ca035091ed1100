using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;
using ControlPlane.Streaming.Spdy;

namespace ControlPlane.Node.Server;

/// <summary>A command's streams, from a WebSocket to the runtime's SPDY session and back.</summary>
internal static class CommandBridge
{
    private const int BlockBytes = 32 * 1024; // io.Copy's block

    /// <summary>Carries all streams until the command has ended and its output is through, or the asker is gone.</summary>
    /// <returns>How it ended.</returns>
    public static async Task<CommandStatus> RunAsync(ChannelServer asker, SpdySession runtime, CommandStreams wanted, CancellationToken cancel)
    {
        try
        {
            return await CarryAsync(asker, await SpdyCommandClient.StartAsync(runtime, wanted, ChannelLimits.Default, cancel));
        }
        catch (Exception lost) when (lost is IOException or TimeoutException)
        {
            return CommandStatus.Failed(lost.Message);
        }
    }

    private static async Task<CommandStatus> CarryAsync(ChannelServer asker, SpdyCommandClient command)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(asker.Disconnected);
        var input = Task.WhenAll(CopyInputAsync(asker.Stdin, command.Stdin, ended.Token), CopyResizesAsync(asker, command, ended.Token));
        var output = Task.WhenAll(CopyAsync(command.Stdout, asker.Stdout, ended.Token), CopyAsync(command.Stderr, asker.Stderr, ended.Token));
        try
        {
            var status = await command.Status.WaitAsync(asker.Disconnected);
            await output; // what was written before the end
            return status;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(input, output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task CopyInputAsync(Stream? typed, SpdyStream? stdin, CancellationToken cancel)
    {
        if (typed is null || stdin is null)
            return;
        await typed.CopyToAsync(stdin, BlockBytes, cancel);
        await stdin.CompleteWritesAsync(cancel);
    }

    private static async Task CopyAsync(Stream? from, Stream? to, CancellationToken cancel)
    {
        if (from is not null && to is not null)
            await from.CopyToAsync(to, BlockBytes, cancel);
    }

    private static async Task CopyResizesAsync(ChannelServer asker, SpdyCommandClient command, CancellationToken cancel)
    {
        if (asker.Resizes is null)
            return;
        await foreach (var size in asker.Resizes.ReadAllAsync(cancel))
            await command.ResizeAsync(size, cancel);
    }
}
