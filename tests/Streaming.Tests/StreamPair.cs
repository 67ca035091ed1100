using System.IO.Pipelines;

namespace ControlPlane.Streaming.Tests;

/// <summary>Two ends of one connection, over memory: what one writes, the other reads.</summary>
internal sealed class StreamPair : IDisposable
{
    private readonly Pipe _up = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10));
    private readonly Pipe _down = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10));

    public StreamPair()
    {
        Server = new Duplex(_up.Reader, _down.Writer);
        Client = new Duplex(_down.Reader, _up.Writer);
    }

    public Stream Server { get; }

    public Stream Client { get; }

    /// <summary>Cuts the wire in both directions without a word.</summary>
    public void Cut()
    {
        _up.Writer.Complete(new IOException("cut"));
        _down.Writer.Complete(new IOException("cut"));
    }

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
    }
}

file sealed class Duplex(PipeReader reader, PipeWriter writer) : Stream
{
    private readonly Stream _in = reader.AsStream();
    private readonly Stream _out = writer.AsStream();
    private readonly CancellationTokenSource _disposed = new();

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override Task FlushAsync(CancellationToken cancellationToken) => _out.FlushAsync(cancellationToken);
    public override void Flush() => _out.Flush();
    public override int Read(byte[] buffer, int offset, int count) => _in.Read(buffer, offset, count);
    public override void Write(byte[] buffer, int offset, int count) => _out.Write(buffer, offset, count);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    // As with a network stream, disposing ends what is under way.
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        return await _in.ReadAsync(buffer, either.Token);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        await _out.WriteAsync(buffer, either.Token);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed.Cancel();
            _in.Dispose();
            _out.Dispose();
        }
        base.Dispose(disposing);
    }
}
