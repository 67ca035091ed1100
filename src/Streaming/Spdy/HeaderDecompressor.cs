using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace ControlPlane.Streaming.Spdy;

/// <summary>Unpacks blocks of headers from the one zlib stream of a connection: every block, in the order of arrival, even those of streams that are refused.</summary>
internal sealed class HeaderDecompressor(int bytesMax)
{
    private readonly Inflater _inflater = new();

    /// <summary>The unpacked block.</summary>
    /// <exception cref="SpdyProtocolException">It is no zlib, or unpacks to more than allowed.</exception>
    public ReadOnlyMemory<byte> Unpack(byte[] packed, int offset)
    {
        var block = new byte[bytesMax];
        var length = 0;
        try
        {
            _inflater.SetInput(packed, offset, packed.Length - offset);
            while (true)
            {
                var count = _inflater.Inflate(block, length, block.Length - length);
                length += count;
                if (length == block.Length)
                    throw new SpdyProtocolException("headers exceed the size limit");
                if (count > 0)
                    continue;
                if (!_inflater.IsNeedingDictionary)
                    break;
                _inflater.SetDictionary(SpdyDictionary.Bytes);
            }
        }
        catch (Exception error) when (error is SharpZipBaseException or IndexOutOfRangeException or ArgumentException)
        {
            // The latter of tables that contradict themselves.
            throw new SpdyProtocolException("headers are not compressed as they should be: " + error.Message);
        }
        return block.AsMemory(0, length);
    }
}
