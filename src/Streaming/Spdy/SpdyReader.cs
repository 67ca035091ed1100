using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace ControlPlane.Streaming.Spdy;

/// <summary>Takes frames off a connection: a header, then its payload whole (control frames, bounded) or in pieces (data).</summary>
internal sealed class SpdyReader(Stream transport, int blockBytes)
{
    private readonly PipeReader _pipe = PipeReader.Create(transport, new StreamPipeReaderOptions(bufferSize: blockBytes, leaveOpen: true));

    /// <summary>The next frame's header; null when the peer hung up between frames.</summary>
    public async ValueTask<SpdyFrame?> ReadHeaderAsync(CancellationToken cancel)
    {
        var read = await _pipe.ReadAtLeastAsync(SpdyFrame.HeaderBytes, cancel);
        if (read.Buffer.IsEmpty)
            return null;
        var header = new byte[SpdyFrame.HeaderBytes];
        Take(read, header);
        return SpdyFrame.Read(header);
    }

    public async ValueTask<byte[]> ReadPayloadAsync(SpdyFrame frame, int bytesMax, CancellationToken cancel)
    {
        if (frame.Length > bytesMax)
            throw new SpdyProtocolException("control frame exceeds the size limit");
        var payload = new byte[frame.Length];
        if (payload.Length > 0)
            Take(await _pipe.ReadAtLeastAsync(payload.Length, cancel), payload);
        return payload;
    }

    /// <summary>Hands a data frame's payload on as it comes.</summary>
    public async ValueTask CopyPayloadAsync(SpdyFrame frame, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancel)
    {
        for (var left = frame.Length; left > 0;)
        {
            var read = await _pipe.ReadAsync(cancel);
            if (read.Buffer.IsEmpty)
                throw new EndOfStreamException();
            var part = read.Buffer.First[..Math.Min(left, read.Buffer.First.Length)];
            await take(part);
            left -= part.Length;
            _pipe.AdvanceTo(read.Buffer.GetPosition(part.Length));
        }
    }

    public static uint Number(ReadOnlySpan<byte> payload, int offset) =>
        payload.Length >= offset + sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(payload[offset..]) : throw new SpdyProtocolException("control frame is cut short");

    private void Take(ReadResult read, Span<byte> bytes)
    {
        if (read.Buffer.Length < bytes.Length)
            throw new EndOfStreamException();
        var taken = read.Buffer.Slice(0, bytes.Length);
        taken.CopyTo(bytes);
        _pipe.AdvanceTo(taken.End);
    }
}
