using System.Buffers;

namespace ControlPlane.Streaming.Spdy;

/// <summary>
/// Puts frames on a connection. Invariants: one frame at a time and never a part of one, so only the connection's own end stops a write, not its caller; headers
/// are packed in the turn in which they are sent.
/// </summary>
internal sealed class SpdyWriter(Stream transport, CancellationToken end) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly HeaderCompressor _compressor = new();
    private readonly ArrayBufferWriter<byte> _frame = new();
    private readonly ArrayBufferWriter<byte> _headers = new();
    private readonly ArrayBufferWriter<byte> _packed = new();

    /// <exception cref="IOException">The peer is gone.</exception>
    public ValueTask SendDataAsync(uint stream, ReadOnlyMemory<byte> data, bool isLast, CancellationToken cancel) =>
        SendAsync(() => SpdyFrame.WriteData(_frame, stream, data.Span, isLast), cancel);

    /// <exception cref="IOException">The peer is gone.</exception>
    public ValueTask SendAsync(SpdyControl control, uint[] numbers, CancellationToken cancel) =>
        SendAsync(() => SpdyFrame.WriteControl(_frame, control, numbers), cancel);

    /// <summary>Sends a frame with headers; <paramref name="numbers"/> is asked in the turn of sending, for stream numbers must go up.</summary>
    /// <exception cref="IOException">The peer is gone.</exception>
    public ValueTask SendAsync(SpdyControl control, Func<uint[]> numbers, IReadOnlyDictionary<string, string> headers, int tail, CancellationToken cancel) => SendAsync(
        () =>
        {
            _headers.ResetWrittenCount();
            _packed.ResetWrittenCount();
            _packed.Write(stackalloc byte[tail]);
            HeaderBlock.Write(headers, _headers);
            _compressor.Pack(_headers.WrittenSpan, _packed);
            SpdyFrame.WriteControl(_frame, control, numbers(), _packed.WrittenSpan);
        },
        cancel);

    public void Dispose() => _turn.Dispose();

    private async ValueTask SendAsync(Action compose, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            _frame.ResetWrittenCount();
            compose();
            await transport.WriteAsync(_frame.WrittenMemory, end);
            await transport.FlushAsync(end);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException || (error is OperationCanceledException && end.IsCancellationRequested))
        {
            throw new IOException("The streaming connection was lost.", error);
        }
        finally
        {
            _turn.Release();
        }
    }
}
