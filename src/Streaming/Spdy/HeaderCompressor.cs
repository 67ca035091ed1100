using System.Buffers;
using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;

namespace ControlPlane.Streaming.Spdy;

/// <summary>
/// Packs blocks of headers into the one zlib stream of a connection. Invariants: blocks are packed in the order in which they are sent; each ends with an empty
/// stored block, for peers give out what they unpacked only there. The data itself stands in stored blocks: that is valid deflate, and a stream's few short headers
/// are not worth a compressor's state.
/// </summary>
internal sealed class HeaderCompressor
{
    private const int StoredBytesMax = ushort.MaxValue;

    // RFC 1950: deflate with a window of 32 KiB; a preset dictionary; the check bits of these two.
    private static readonly byte[] Method = [0x78, 0xBB];

    private bool _begun;

    /// <summary>Appends the packed block.</summary>
    public void Pack(ReadOnlySpan<byte> block, IBufferWriter<byte> packed)
    {
        if (!_begun)
            Begin(packed);
        for (; !block.IsEmpty; block = block[Math.Min(block.Length, StoredBytesMax)..])
            Store(block[..Math.Min(block.Length, StoredBytesMax)], packed);
        Store([], packed);
    }

    private void Begin(IBufferWriter<byte> packed)
    {
        _begun = true;
        var checksum = new Adler32();
        checksum.Update(SpdyDictionary.Bytes);
        packed.Write(Method);
        BinaryPrimitives.WriteUInt32BigEndian(packed.GetSpan(sizeof(uint)), (uint)checksum.Value);
        packed.Advance(sizeof(uint));
    }

    // RFC 1951, section 3.2.4: three bits of header and padding, the length, its complement, the bytes.
    private static void Store(ReadOnlySpan<byte> bytes, IBufferWriter<byte> packed)
    {
        const int HeaderBytes = 5;
        var header = packed.GetSpan(HeaderBytes);
        header[0] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header[1..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[3..], (ushort)~bytes.Length);
        packed.Advance(HeaderBytes);
        packed.Write(bytes);
    }
}
