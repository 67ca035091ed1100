using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Spdy;

namespace ControlPlane.Streaming.RemoteCommand;

/// <summary>
/// The side of a SPDY session that asked for the command, as <c>v4.channel.k8s.io</c> has it: a stream each for input, output, errors, the final status and the
/// terminal's size. Stdout and stderr must both be read, else the one that is not holds the other back. The session stays its maker's.
/// </summary>
public sealed class SpdyCommandClient
{
    /// <summary>The protocol to ask for: the header X-Stream-Protocol-Version.</summary>
    public const string Protocol = "v4.channel.k8s.io";

    private SpdyCommandClient(Task<CommandStatus> status) => Status = status;

    /// <summary>Input of the command; null when not asked for.</summary>
    public SpdyStream? Stdin { get; private init; }

    /// <summary>Output of the command, until it ends. Null when not asked for.</summary>
    public SpdyStream? Stdout { get; private init; }

    /// <summary>Error output of the command, until it ends. Null when not asked for.</summary>
    public SpdyStream? Stderr { get; private init; }

    /// <summary>How the command ended; faults with <see cref="IOException"/> when the connection is lost before.</summary>
    public Task<CommandStatus> Status { get; }

    private SpdyStream? Resize { get; init; }

    /// <summary>Opens the streams; the command starts when the server has them all.</summary>
    /// <exception cref="IOException">The server is gone, or refuses.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public static async Task<SpdyCommandClient> StartAsync(SpdySession session, CommandStreams streams, ChannelLimits limits, CancellationToken cancel)
    {
        // The error stream first: the status must have a place whatever becomes of the others (client-go: remotecommand).
        var error = await OpenAsync(session, "error", cancel);
        return new SpdyCommandClient(ReadStatusAsync(error, limits.StatusBytesMax))
        {
            Stdin = streams.Stdin ? await OpenAsync(session, "stdin", cancel) : null,
            Stdout = streams.Stdout ? await OpenAsync(session, "stdout", cancel) : null,
            Stderr = streams.Stderr ? await OpenAsync(session, "stderr", cancel) : null,
            Resize = streams.Tty ? await OpenAsync(session, "resize", cancel) : null,
        };
    }

    /// <summary>Tells the command's terminal its new size.</summary>
    /// <exception cref="IOException">The server is gone.</exception>
    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancel) => Resize?.WriteAsync(size.ToJson(), cancel) ?? ValueTask.CompletedTask;

    private static Task<SpdyStream> OpenAsync(SpdySession session, string type, CancellationToken cancel) =>
        session.OpenAsync(new Dictionary<string, string> { ["streamtype"] = type }, cancel);

    /// <summary>The whole content of the error stream is the status. A server may drop the connection right after it: then it still counts.</summary>
    private static async Task<CommandStatus> ReadStatusAsync(SpdyStream error, int bytesMax)
    {
        var message = new byte[bytesMax];
        var length = 0;
        try
        {
            while (length < bytesMax && await error.ReadAsync(message.AsMemory(length)) is > 0 and var count)
                length += count;
        }
        catch (IOException) when (length > 0)
        {
            // Told above.
        }
        return CommandStatus.Decode(message.AsSpan(0, length), asJson: true);
    }
}
