using System.Net.WebSockets;
using System.Threading.Channels;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.RemoteCommand;

/// <summary>
/// The side of a WebSocket that runs the command (exec, attach). A worked example:
/// <code>
/// await using var server = await ChannelServer.StartAsync(socket, protocol, new(Stdin: true, Stdout: true), limits, clock, cancel);
/// await RunAsync(server.Stdin!, server.Stdout!, server.Disconnected);
/// await server.CompleteAsync(CommandStatus.Success, cancel);
/// </code>
/// The socket stays its maker's; disposing before <see cref="CompleteAsync"/> drops the connection.
/// </summary>
public sealed class ChannelServer : IAsyncDisposable
{
    private readonly ChannelConnection _connection;
    private readonly IncomingResizes? _resizes;

    private ChannelServer(ChannelConnection connection, CommandStreams streams)
    {
        _connection = connection;
        if (streams.Stdin)
            Stdin = connection.Open(CommandChannels.Stdin, readable: true, writable: false);
        if (streams.Stdout)
            Stdout = connection.Open(CommandChannels.Stdout, readable: false, writable: true);
        if (streams.Stderr)
            Stderr = connection.Open(CommandChannels.Stderr, readable: false, writable: true);
        if (streams.Tty)
            connection.Open(CommandChannels.Resize, _resizes = new IncomingResizes());
    }

    /// <summary>What the client types; ends when the client closes it (v5) or the connection. Null when not asked for.</summary>
    public Stream? Stdin { get; }

    /// <summary>What the command prints. Null when not asked for.</summary>
    public Stream? Stdout { get; }

    /// <summary>What the command complains. Null when not asked for.</summary>
    public Stream? Stderr { get; }

    /// <summary>New sizes of the client's terminal, oldest first; old ones are dropped when nobody reads. Null without a terminal.</summary>
    public ChannelReader<TerminalSize>? Resizes => _resizes?.Sizes;

    /// <summary>Cancelled when the client is gone: it closed the connection, was lost, or was silent for too long.</summary>
    public CancellationToken Disconnected => _connection.Gone;

    /// <summary>Starts to receive, and tells the client that the connection stands: an empty message on its lowest channel.</summary>
    /// <exception cref="IOException">The client is gone already.</exception>
    public static async Task<ChannelServer> StartAsync(
        WebSocket socket, ChannelProtocol protocol, CommandStreams streams, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        var connection = new ChannelConnection(socket, protocol, limits, clock, CommandChannels.Count, cancel);
        var server = new ChannelServer(connection, streams);
        connection.Start();
        try
        {
            await connection.SendAsync(LowestWritten(streams), ReadOnlyMemory<byte>.Empty, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the connection: the status as the last message, then a clean close.</summary>
    /// <returns>False when the client was gone before.</returns>
    public async Task<bool> CompleteAsync(CommandStatus status, CancellationToken cancel)
    {
        try
        {
            var message = status.Encode(_connection.Protocol.StatusIsJson);
            if (message.Length > 0)
                await _connection.SendAsync(CommandChannels.Error, message, cancel);
        }
        catch (IOException)
        {
            return false;
        }
        await _connection.CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancel);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static byte LowestWritten(CommandStreams streams) => streams switch
    {
        { Stdout: true } => CommandChannels.Stdout,
        { Stderr: true } => CommandChannels.Stderr,
        _ => CommandChannels.Error,
    };
}
