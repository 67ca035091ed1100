using System.Buffers;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;
using ControlPlane.Streaming.Spdy;
using ControlPlane.TestKit.Fuzzing;

namespace ControlPlane.Streaming.Tests;

/// <summary>Random frames, header blocks and messages. For longer: <c>dotnet test ... -- 'TestRunParameters.Parameter(name="minutes", value="5")'</c>, and a seed likewise.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SpdyFuzzTests
{
    private static readonly byte[][] Conversations = [Conversation(1), Conversation(20)];

    private static readonly byte[][] Resizes = ["{\"Width\":80,\"Height\":24}"u8.ToArray(), "{\"width\":65535,\"other\":{\"a\":[1]}}"u8.ToArray()];

    [Test]
    public async Task Spoilt_frames_are_read_or_end_the_session() => await Run(200).RunAsync(async random =>
    {
        using var wire = new StreamPair();
        await using var session = SpdySession.Start(wire.Server, SpdyRole.Server, ChannelLimits.Default with { StreamsMax = 8 }, TimeProvider.System, CancellationToken.None);
        var taking = TakeAsync(session);
        var answers = IgnoringTheEndAsync(wire.Client.CopyToAsync(Stream.Null));
        var sending = IgnoringTheEndAsync(wire.Client.WriteAsync(Mutation.Of(Conversations, random)).AsTask());
        await Task.WhenAny(sending, session.Gone.CancelledAsync());
        wire.Cut();
        await session.Gone.CancelledAsync();
        await taking.SoonAsync();
        wire.Dispose();
        await Task.WhenAll(sending, answers).SoonAsync();
    });

    [Test]
    public async Task Spoilt_headers_are_unpacked_or_refused() => await Run(2000).RunAsync(random =>
    {
        var packed = Mutation.Of([Packed(new() { ["streamtype"] = "data", ["port"] = "80" }), Packed(new() { ["a"] = new string('b', 1000) })], random);
        var decompressor = new HeaderDecompressor(64 << 10);
        try
        {
            for (var block = 0; block < 3; block++)
                HeaderBlock.Read(decompressor.Unpack(packed, 0).Span);
        }
        catch (SpdyProtocolException)
        {
            // Refused.
        }
    });

    [Test]
    public void A_block_whose_code_lengths_contradict_themselves_is_refused()
    {
        var packed = Convert.FromHexString(
            "78BBE3C6A7C2002800D7FF000000020000000C73747265616D74797065000000046461746100000004706F7274000000023830000000FFFF65616D74797065000200046461746100000004706F7274A30000023830000000FFFF");
        Assert.That(() => new HeaderDecompressor(64 << 10).Unpack(packed, 0), Throws.InstanceOf<SpdyProtocolException>());
    }

    [Test]
    public async Task Spoilt_messages_are_decoded_or_refused() => await Run(5000).RunAsync(random =>
    {
        var message = Mutation.Of(["aGVsbG8="u8.ToArray(), "aGVsbG8gd29ybGQ="u8.ToArray()], random);
        try
        {
            var (decoded, left) = ChannelCodec.DecodeInPlace(message, endOfMessage: random.Next(2) == 0);
            Assert.That(decoded + left, Is.LessThanOrEqualTo(message.Length));
        }
        catch (ChannelProtocolException)
        {
            // Refused.
        }

        TerminalSize.TryParse(Mutation.Of(Resizes, random), out _);
    });

    private static FuzzRun Run(int cases) => new(cases, TestContext.Parameters.Get("seed", 1), TestContext.Parameters.Get("minutes", 0.0));

    // Agrees to every stream and reads it to its end, as a server does.
    private static async Task TakeAsync(SpdySession session)
    {
        var reading = new List<Task>();
        await foreach (var stream in session.Incoming.ReadAllAsync())
            reading.Add(IgnoringTheEndAsync(ReadAsync(session, stream)));
        await Task.WhenAll(reading);
    }

    private static async Task ReadAsync(SpdySession session, SpdyStream stream)
    {
        await session.AcceptAsync(stream, CancellationToken.None);
        await stream.CopyToAsync(Stream.Null);
    }

    private static async Task IgnoringTheEndAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The session, or the wire under it, has ended.
        }
    }

    private static byte[] Conversation(int streams)
    {
        var (frames, compressor) = (new ArrayBufferWriter<byte>(), new HeaderCompressor());
        SpdyFrame.WriteControl(frames, SpdyControl.Settings, [1, 4, 100]);
        for (uint stream = 1; stream < 2 * streams; stream += 2)
        {
            var rest = new ArrayBufferWriter<byte>();
            rest.Write(new byte[2]);
            compressor.Pack(Block(new() { ["streamtype"] = "data", ["port"] = "80" }), rest);
            SpdyFrame.WriteControl(frames, SpdyControl.SynStream, [stream, 0], rest.WrittenSpan);
            SpdyFrame.WriteData(frames, stream, "some data"u8, isLast: stream % 4 == 1);
        }

        SpdyFrame.WriteControl(frames, SpdyControl.Ping, [7]);
        SpdyFrame.WriteControl(frames, SpdyControl.WindowUpdate, [1, 65_536]);
        SpdyFrame.WriteControl(frames, SpdyControl.RstStream, [1, 5]);
        SpdyFrame.WriteControl(frames, SpdyControl.GoAway, [1, 0]);
        return frames.WrittenSpan.ToArray();
    }

    private static byte[] Packed(Dictionary<string, string> headers)
    {
        var packed = new ArrayBufferWriter<byte>();
        new HeaderCompressor().Pack(Block(headers), packed);
        return packed.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> Block(Dictionary<string, string> headers)
    {
        var block = new ArrayBufferWriter<byte>();
        HeaderBlock.Write(headers, block);
        return block.WrittenSpan;
    }
}
