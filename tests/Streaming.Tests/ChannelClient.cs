using System.Net.WebSockets;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;

namespace ControlPlane.Streaming.Tests;

/// <summary>
/// The side of a WebSocket that asked for the command. Stdout and stderr must both be read, else the one that is not holds the
/// other back. The socket stays its maker's; disposing before <see cref="Status"/> is there drops the connection.
/// </summary>
internal sealed class ChannelClient : IAsyncDisposable
{
    private readonly ChannelConnection _connection;
    private readonly IncomingStatus _status;

    private ChannelClient(ChannelConnection connection, CommandStreams streams, ChannelLimits limits)
    {
        _connection = connection;
        if (streams.Stdin)
            Stdin = connection.Open(CommandChannels.Stdin, readable: false, writable: true);
        if (streams.Stdout)
            Stdout = connection.Open(CommandChannels.Stdout, readable: true, writable: false);
        if (streams.Stderr)
            Stderr = connection.Open(CommandChannels.Stderr, readable: true, writable: false);
        connection.Open(CommandChannels.Error, _status = new IncomingStatus(connection.Protocol.StatusIsJson, limits.StatusBytesMax));
    }

    /// <summary>Input of the command; disposing it closes the command's stdin where the protocol can (v5). Null when not asked for.</summary>
    public Stream? Stdin { get; }

    /// <summary>Output of the command, until it ends. Null when not asked for.</summary>
    public Stream? Stdout { get; }

    /// <summary>Error output of the command, until it ends. Null when not asked for.</summary>
    public Stream? Stderr { get; }

    /// <summary>How the command ended; faults with <see cref="IOException"/> when the connection is lost before.</summary>
    public Task<CommandStatus> Status => _status.Result;

    /// <summary>Starts to receive on an open socket.</summary>
    public static ChannelClient Start(
        WebSocket socket, ChannelProtocol protocol, CommandStreams streams, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        var connection = new ChannelConnection(socket, protocol, limits, clock, CommandChannels.Count, cancel);
        var client = new ChannelClient(connection, streams, limits);
        connection.Start();
        return client;
    }

    /// <summary>Tells the command's terminal its new size.</summary>
    /// <exception cref="IOException">The server is gone.</exception>
    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancel) =>
        _connection.SendAsync(CommandChannels.Resize, size.ToJson(), cancel);

    /// <summary>Closes the connection from this side.</summary>
    public Task CloseAsync(CancellationToken cancel) => _connection.CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

/// <summary>Gathers the error channel until the connection ends: its whole content is the status.</summary>
internal sealed class IncomingStatus(bool asJson, int bytesMax) : IncomingChannel
{
    private readonly TaskCompletionSource<CommandStatus> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryStream _message = new();

    public Task<CommandStatus> Result => _result.Task;

    public override ValueTask TakeAsync(ReadOnlyMemory<byte> part, bool endOfMessage, CancellationToken cancel)
    {
        if (_message.Length + part.Length > bytesMax)
            throw new ChannelProtocolException(WebSocketCloseStatus.MessageTooBig, "status exceeds the size limit");
        _message.Write(part.Span);
        return ValueTask.CompletedTask;
    }

    public override void Complete(Exception? error)
    {
        // A peer may drop the connection right after the status: then the status still counts.
        if (error is not null && _message.Length == 0)
        {
            _result.TrySetException(error);
            _ = _result.Task.Exception;         // observed here: nobody needs to wait for the status
            return;
        }
        _result.TrySetResult(CommandStatus.Decode(_message.GetBuffer().AsSpan(0, (int)_message.Length), asJson));
    }
}
