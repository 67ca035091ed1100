using System.IO.Pipelines;

namespace ControlPlane.Streaming.Channels;

/// <summary>
/// One channel as a stream, asynchronous only. Reading ends (0) when the peer closed the channel or the connection and throws
/// <see cref="IOException"/> when the peer was lost; writing to a peer that is gone throws <see cref="IOException"/>.
/// Disposing a writable one closes the channel where the protocol can say so; the others go on.
/// </summary>
internal sealed class ChannelStream(ChannelConnection connection, byte channel, PipeReader? reader, bool writable) : Stream
{
    private readonly Stream? _incoming = reader?.AsStream();
    private bool _closed;

    public override bool CanRead => _incoming is not null;
    public override bool CanWrite => writable && !_closed;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _incoming?.ReadAsync(buffer, cancellationToken) ?? throw new NotSupportedException("This channel is written only.");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!writable)
            throw new NotSupportedException("This channel is read only.");
        ObjectDisposedException.ThrowIf(_closed, this);
        return buffer.IsEmpty ? ValueTask.CompletedTask : connection.SendAsync(channel, buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask DisposeAsync()
    {
        if (!_closed && writable)
        {
            _closed = true;
            await connection.SendCloseAsync(channel, CancellationToken.None);
        }
        await base.DisposeAsync();
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // Every write is a message that has left already.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Channels are asynchronous.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Channels are asynchronous.");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
