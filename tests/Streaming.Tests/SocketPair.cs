using System.IO.Pipelines;
using System.Net.WebSockets;

namespace ControlPlane.Streaming.Tests;

/// <summary>Two ends of one WebSocket, over memory.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly Pipe _up = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10));
    private readonly Pipe _down = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10));

    public SocketPair()
    {
        Server = WebSocket.CreateFromStream(new Duplex(_up.Reader, _down.Writer), new WebSocketCreationOptions { IsServer = true });
        Client = WebSocket.CreateFromStream(new Duplex(_down.Reader, _up.Writer), new WebSocketCreationOptions { IsServer = false });
    }

    public WebSocket Server { get; }

    public WebSocket Client { get; }

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

    private sealed class Duplex(PipeReader reader, PipeWriter writer) : Stream
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
}

/// <summary>Reading in tests, each wait with a deadline.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static Task<T> SoonAsync<T>(this Task<T> task) => task.WaitAsync(Deadline);

    public static Task SoonAsync(this Task task) => task.WaitAsync(Deadline);

    public static async Task<byte[]> ToEndAsync(this Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all).SoonAsync();
        return all.ToArray();
    }

    public static async Task<(WebSocketMessageType Type, byte[] Bytes)> MessageAsync(this WebSocket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().SoonAsync();
            all.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return (part.MessageType, all.ToArray());
        }
    }

    public static Task SendBytesAsync(this WebSocket socket, params byte[] bytes) =>
        socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None).SoonAsync();

    public static async Task CancelledAsync(this CancellationToken token)
    {
        var source = new TaskCompletionSource();
        await using var _ = token.Register(source.SetResult);
        await source.Task.SoonAsync();
    }
}
