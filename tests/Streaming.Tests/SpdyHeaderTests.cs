using System.Buffers;
using ControlPlane.Streaming.Spdy;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace ControlPlane.Streaming.Tests;

public sealed class SpdyHeaderTests
{
    private const int BytesMax = 64 << 10;

    private static readonly Dictionary<string, string> Headers = new() { ["streamType"] = "error", ["port"] = "8080", ["note"] = "" };

    [Test]
    public void The_first_block_begins_with_the_checksum_of_the_dictionary()
    {
        Assert.That(SpdyDictionary.Bytes, Has.Length.EqualTo(1423));
        // As in every capture of SPDY/3: deflate, preset dictionary, its Adler-32.
        Assert.That(Pack(new HeaderCompressor(), Headers)[..6], Is.EqualTo(new byte[] { 0x78, 0xBB, 0xE3, 0xC6, 0xA7, 0xC2 }));
    }

    [Test]
    public void Blocks_come_out_as_they_went_in_one_after_the_other()
    {
        var compressor = new HeaderCompressor();
        var decompressor = new HeaderDecompressor(BytesMax);
        var large = new Dictionary<string, string> { ["large"] = new('x', 20_000) };
        foreach (var headers in new[] { Headers, [], large, Headers })
        {
            var read = HeaderBlock.Read(decompressor.Unpack(Pack(compressor, headers), 0).Span);
            Assert.That(read, Is.EquivalentTo(headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value)));
        }
    }

    [Test]
    public void Blocks_that_refer_to_the_dictionary_and_to_each_other_are_unpacked()
    {
        // A compressor that makes use of both, as those of clients do.
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.SetDictionary(SpdyDictionary.Bytes);
        var decompressor = new HeaderDecompressor(BytesMax);
        var headers = new Dictionary<string, string> { ["content-type"] = "text/html", ["accept-encoding"] = "gzip,deflate", ["host"] = "example" };
        var block = new ArrayBufferWriter<byte>();
        HeaderBlock.Write(headers, block);
        var packed = new byte[1024];
        for (var time = 0; time < 3; time++)
        {
            deflater.SetInput(block.WrittenSpan.ToArray());
            deflater.Flush();
            var length = deflater.Deflate(packed);
            Assert.That(length, Is.LessThan(block.WrittenCount));
            Assert.That(HeaderBlock.Read(decompressor.Unpack(packed[..length], 0).Span), Is.EquivalentTo(headers));
        }
    }

    [Test]
    public void A_block_that_unpacks_to_more_than_allowed_is_refused()
    {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.SetDictionary(SpdyDictionary.Bytes);
        deflater.SetInput(new byte[10 << 20]);
        deflater.Flush();
        var packed = new byte[64 << 10];
        var length = deflater.Deflate(packed);
        Assert.That(() => new HeaderDecompressor(BytesMax).Unpack(packed[..length], 0), Throws.InstanceOf<SpdyProtocolException>().With.Message.Contains("limit"));
    }

    [TestCase(new byte[] { 1, 2, 3, 4, 5, 6 })]
    [TestCase(new byte[] { 0x78, 0xBB, 1, 2, 3, 4, 0, 0, 0, 0xFF, 0xFF })]
    public void Something_else_than_the_expected_compression_is_refused(byte[] packed) =>
        Assert.That(() => new HeaderDecompressor(BytesMax).Unpack(packed, 0), Throws.InstanceOf<SpdyProtocolException>());

    [TestCase(new byte[] { 0, 0, 0 })]
    [TestCase(new byte[] { 0, 0, 0, 1, 0, 0, 0, 9, 65 })]
    [TestCase(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void Headers_that_are_cut_short_are_refused(byte[] block) =>
        Assert.That(() => HeaderBlock.Read(block), Throws.InstanceOf<SpdyProtocolException>());

    private static byte[] Pack(HeaderCompressor compressor, Dictionary<string, string> headers)
    {
        var block = new ArrayBufferWriter<byte>();
        HeaderBlock.Write(headers, block);
        var packed = new ArrayBufferWriter<byte>();
        compressor.Pack(block.WrittenSpan, packed);
        return packed.WrittenSpan.ToArray();
    }
}
