using System.Buffers;
using System.Buffers.Binary;

namespace ControlPlane.Streaming.Spdy;

/// <summary>Control frames by number (SPDY/3.1, section 2.6).</summary>
internal enum SpdyControl : ushort
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Why a stream was reset (SPDY/3.1, section 2.6.3).</summary>
internal enum SpdyReset : uint
{
    ProtocolError = 1,
    RefusedStream = 3,
    Cancel = 5,
}

/// <summary>Why a session ended (SPDY/3.1, section 2.6.6).</summary>
internal enum SpdyGoAway : uint
{
    ProtocolError = 1,
}

/// <summary>The first eight bytes of a frame: <see cref="Stream"/> for data, <see cref="Control"/> for all else.</summary>
internal readonly record struct SpdyFrame(bool IsControl, SpdyControl Control, uint Stream, byte Flags, int Length)
{
    public const int HeaderBytes = 8;

    /// <summary>The sender says nothing more on the stream.</summary>
    public const byte Fin = 1;

    /// <summary>Stream numbers and counters have 31 bits; the highest says what kind of frame it is, or nothing.</summary>
    public const uint NumberMask = 0x7FFF_FFFF;

    private const ushort Version = 3;
    private const int LengthMask = 0xFF_FFFF;

    public bool IsLast => (Flags & Fin) != 0;

    /// <exception cref="SpdyProtocolException">It is of another version.</exception>
    public static SpdyFrame Read(ReadOnlySpan<byte> header)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(header);
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(header[4..]) & LengthMask;
        if (first <= NumberMask)
            return new SpdyFrame(false, default, first, header[4], length);
        if ((first >> 16 & 0x7FFF) != Version)
            throw new SpdyProtocolException("the peer does not speak SPDY/3.1");
        return new SpdyFrame(true, (SpdyControl)(ushort)first, 0, header[4], length);
    }

    public static void WriteData(IBufferWriter<byte> frame, uint stream, ReadOnlySpan<byte> data, bool isLast)
    {
        Write(frame, stream, isLast ? Fin : (byte)0, data.Length);
        frame.Write(data);
    }

    /// <summary>A control frame whose content is numbers, and perhaps a block of headers.</summary>
    public static void WriteControl(IBufferWriter<byte> frame, SpdyControl control, ReadOnlySpan<uint> numbers, ReadOnlySpan<byte> rest = default)
    {
        Write(frame, (0x8000u | Version) << 16 | (ushort)control, 0, numbers.Length * sizeof(uint) + rest.Length);
        foreach (var number in numbers)
            WriteNumber(frame, number);
        frame.Write(rest);
    }

    private static void Write(IBufferWriter<byte> frame, uint first, byte flags, int length)
    {
        WriteNumber(frame, first);
        WriteNumber(frame, (uint)flags << 24 | (uint)length);
    }

    private static void WriteNumber(IBufferWriter<byte> frame, uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(frame.GetSpan(sizeof(uint)), number);
        frame.Advance(sizeof(uint));
    }
}

/// <summary>The peer broke the protocol; the session ends.</summary>
internal sealed class SpdyProtocolException(string message) : IOException(message);
