using System.IO.Pipelines;

namespace ControlPlane.Streaming.Channels;

/// <summary>
/// One channel as a stream, asynchronous only. Reading ends (0) when the peer closed the channel or the connection and throws
/// <see cref="IOException"/> when the peer was lost; writing to a peer that is gone throws <see cref="IOException"/>.
/// Disposing a writable one closes the channel where the protocol can say so; the others go on.
/// </summary>
internal sealed class ChannelStream(ChannelConnection connection, byte channel, PipeReader? reader, bool writable) : AsynchronousStream
{
    private readonly Stream? _incoming = reader?.AsStream();
    private bool _closed;

    public override bool CanRead => _incoming is not null;
    public override bool CanWrite => writable && !_closed;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _incoming?.ReadAsync(buffer, cancellationToken) ?? throw new NotSupportedException("This channel is written only.");

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!writable)
            throw new NotSupportedException("This channel is read only.");
        ObjectDisposedException.ThrowIf(_closed, this);
        return buffer.IsEmpty ? ValueTask.CompletedTask : connection.SendAsync(channel, buffer, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_closed && writable)
        {
            _closed = true;
            await connection.SendCloseAsync(channel, CancellationToken.None);
        }
        await base.DisposeAsync();
    }
}
