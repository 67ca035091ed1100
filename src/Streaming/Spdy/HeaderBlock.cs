using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ControlPlane.Streaming.Spdy;

/// <summary>Names and values as they stand in SYN_STREAM and SYN_REPLY before compression: a count, then each string with its length. Names are lower case.</summary>
internal static class HeaderBlock
{
    private const int LengthBytes = sizeof(uint);

    public static void Write(IReadOnlyDictionary<string, string> headers, IBufferWriter<byte> block)
    {
        WriteNumber(headers.Count, block);
        foreach (var (name, value) in headers)
        {
            WriteText(name.ToLowerInvariant(), block);
            WriteText(value, block);
        }
    }

    /// <summary>Reads them; names compare without regard to case.</summary>
    /// <exception cref="SpdyProtocolException">The block ends before it should.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var left = ReadNumber(ref block); left > 0; left--)
        {
            var name = ReadText(ref block);
            headers[name] = ReadText(ref block);
        }
        return headers;
    }

    private static void WriteNumber(int number, IBufferWriter<byte> block)
    {
        BinaryPrimitives.WriteInt32BigEndian(block.GetSpan(LengthBytes), number);
        block.Advance(LengthBytes);
    }

    private static void WriteText(string text, IBufferWriter<byte> block)
    {
        WriteNumber(Encoding.UTF8.GetByteCount(text), block);
        Encoding.UTF8.GetBytes(text, block);
    }

    private static uint ReadNumber(ref ReadOnlySpan<byte> block)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(block, out var number))
            throw new SpdyProtocolException("headers are cut short");
        block = block[LengthBytes..];
        return number;
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        var length = ReadNumber(ref block);
        if (length > block.Length)
            throw new SpdyProtocolException("headers are cut short");
        var text = Encoding.UTF8.GetString(block[..(int)length]);
        block = block[(int)length..];
        return text;
    }
}
