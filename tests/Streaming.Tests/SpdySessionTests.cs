using System.Buffers;
using System.Text;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Spdy;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Streaming.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SpdySessionTests : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Data = new() { ["streamType"] = "data", ["port"] = "80" };

    private readonly StreamPair _wire = new();
    private readonly List<SpdySession> _sessions = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            await session.DisposeAsync();
        _wire.Dispose();
    }

    [TestCase(SpdyRole.Client)]
    [TestCase(SpdyRole.Server)]
    public async Task A_stream_carries_its_headers_and_bytes_both_ways_and_each_side_ends_on_its_own(SpdyRole opener)
    {
        var (opening, accepting) = await OpenAsync(opener);
        Assert.That(accepting.Headers["StreamType"], Is.EqualTo("data"));
        Assert.That(accepting.Headers["port"], Is.EqualTo("80"));

        await opening.WriteAsync("ask"u8.ToArray());
        await opening.CompleteWritesAsync(CancellationToken.None);
        Assert.That(Encoding.ASCII.GetString(await accepting.ToEndAsync()), Is.EqualTo("ask"));
        await accepting.WriteAsync("answer"u8.ToArray());
        await accepting.CompleteWritesAsync(CancellationToken.None);
        Assert.That(Encoding.ASCII.GetString(await opening.ToEndAsync()), Is.EqualTo("answer"));
        Assert.That(async () => await opening.WriteAsync(new byte[1]), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Many_streams_carry_large_data_at_once_unharmed()
    {
        var (client, server) = (Start(SpdyRole.Client), Start(SpdyRole.Server));
        var serving = EchoAsync(server, 8);
        var all = Enumerable.Range(0, 8).Select(async seed =>
        {
            var data = new byte[1 << 20];
            new Random(seed).NextBytes(data);
            var stream = await client.OpenAsync(Data, CancellationToken.None);
            var sending = SendAsync(stream, data);
            var back = await stream.ToEndAsync();
            await sending;
            return back.AsSpan().SequenceEqual(data);
        });
        Assert.That(await Task.WhenAll(all).SoonAsync(), Is.All.True);
        await serving.SoonAsync();
    }

    [Test]
    public async Task A_stream_that_is_let_go_of_ends_at_the_peer_and_the_others_go_on()
    {
        var (client, server) = (Start(SpdyRole.Client), Start(SpdyRole.Server));
        var (one, oneThere) = await OpenAsync(client, server);
        var (two, twoThere) = await OpenAsync(client, server);
        var flood = oneThere.WriteAsync(new byte[1 << 20]).AsTask();

        await one.DisposeAsync();
        await flood.ContinueWith(_ => { }, TaskScheduler.Default).SoonAsync();
        Assert.That(await oneThere.ToEndAsync(), Is.Empty);
        await twoThere.WriteAsync("still here"u8.ToArray());
        var words = new byte[10];
        await two.ReadExactlyAsync(words).AsTask().SoonAsync();
        Assert.That(words, Is.EqualTo("still here"u8.ToArray()));
    }

    [Test]
    public async Task A_reset_that_is_no_cancellation_is_an_error_for_the_reader()
    {
        var (opening, _) = await OpenAsync(SpdyRole.Client, async (stream, wire) =>
        {
            await wire.WriteAsync(Control(SpdyControl.RstStream, stream.Number, (uint)SpdyReset.ProtocolError));
        });
        Assert.That(async () => await opening.ToEndAsync(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Streams_past_the_limit_are_refused()
    {
        var client = Start(SpdyRole.Client);
        var server = Start(SpdyRole.Server, ChannelLimits.Default with { StreamsMax = 2 });
        await OpenAsync(client, server);
        var (second, secondThere) = await OpenAsync(client, server);
        Assert.That(async () => await client.OpenAsync(Data, CancellationToken.None).SoonAsync(), Throws.InstanceOf<IOException>());

        await secondThere.DisposeAsync();
        await second.DisposeAsync();
        await OpenAsync(client, server);
    }

    [Test]
    public async Task A_peer_that_does_not_agree_in_time_is_an_error()
    {
        var clock = new FakeTimeProvider();
        var client = Start(SpdyRole.Client, clock: clock);
        var opening = client.OpenAsync(Data, CancellationToken.None);
        await _wire.Server.ReadExactlyAsync(new byte[SpdyFrame.HeaderBytes]).AsTask().SoonAsync();
        for (; !opening.IsCompleted; await Task.Yield())
            clock.Advance(ChannelLimits.Default.StreamCreationTimeout);
        Assert.That(async () => await opening, Throws.InstanceOf<TimeoutException>());
    }

    [Test]
    public async Task A_ping_is_answered_and_settings_and_windows_are_read_past()
    {
        Start(SpdyRole.Server);
        await _wire.Client.WriteAsync(Control(SpdyControl.Settings, 0));
        await _wire.Client.WriteAsync(Control(SpdyControl.WindowUpdate, 1, 65_536));
        await _wire.Client.WriteAsync(Control(SpdyControl.Ping, 7));
        var answer = new byte[SpdyFrame.HeaderBytes + sizeof(uint)];
        await _wire.Client.ReadExactlyAsync(answer).AsTask().SoonAsync();
        Assert.That(answer, Is.EqualTo(Control(SpdyControl.Ping, 7)));
    }

    [TestCase(new byte[] { 0x80, 2, 0, 1, 0, 0, 0, 0 }, TestName = "Another_version_ends_the_session")]
    [TestCase(new byte[] { 0x80, 3, 0, 1, 0, 0xFF, 0xFF, 0xFF }, TestName = "A_control_frame_past_the_limit_ends_the_session")]
    [TestCase(new byte[] { 0x80, 3, 0, 1, 0, 0, 0, 2, 0, 0 }, TestName = "A_control_frame_that_is_cut_short_ends_the_session")]
    [TestCase(new byte[] { 0x80, 3, 0, 1, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4 }, TestName = "Headers_of_another_compression_end_the_session")]
    public async Task Broken(byte[] sent)
    {
        var server = Start(SpdyRole.Server);
        await _wire.Client.WriteAsync(sent);
        await server.Gone.CancelledAsync();
        var answer = new byte[SpdyFrame.HeaderBytes + 2 * sizeof(uint)];
        await _wire.Client.ReadExactlyAsync(answer).AsTask().SoonAsync();
        Assert.That(answer, Is.EqualTo(Control(SpdyControl.GoAway, 0, (uint)SpdyGoAway.ProtocolError)));
    }

    [Test]
    public async Task A_lost_peer_ends_every_stream_with_an_error()
    {
        var (opening, accepting) = await OpenAsync(SpdyRole.Client);
        _wire.Cut();
        Assert.That(async () => await opening.ToEndAsync(), Throws.InstanceOf<IOException>().With.Message.Contains("lost"));
        Assert.That(async () => await accepting.ToEndAsync(), Throws.InstanceOf<IOException>());
        await _sessions[0].Gone.CancelledAsync();
        Assert.That(async () => await _sessions[0].OpenAsync(Data, CancellationToken.None).SoonAsync(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Silence_gives_the_session_up()
    {
        var clock = new FakeTimeProvider();
        var client = Start(SpdyRole.Client, clock: clock);
        var (opening, _) = await OpenAsync(client, Start(SpdyRole.Server));
        clock.Advance(ChannelLimits.Default.IdleTimeout);
        await client.Gone.CancelledAsync();
        Assert.That(async () => await opening.ToEndAsync(), Throws.InstanceOf<IOException>().With.Message.Contains("idle"));
    }

    [Test]
    public async Task A_stream_that_is_not_read_holds_the_sender_back()
    {
        var (opening, accepting) = await OpenAsync(SpdyRole.Client);
        var sending = opening.WriteAsync(new byte[4 << 20]).AsTask();
        await accepting.ReadExactlyAsync(new byte[10]).AsTask().SoonAsync();
        Assert.That(sending.IsCompleted, Is.False, "four megabytes do not fit into the buffers on the way");
        await accepting.ReadExactlyAsync(new byte[(4 << 20) - 10]).AsTask().SoonAsync();
        await sending.SoonAsync();
    }

    private SpdySession Start(SpdyRole role, ChannelLimits? limits = null, TimeProvider? clock = null)
    {
        var wire = role == SpdyRole.Client ? _wire.Client : _wire.Server;
        var session = SpdySession.Start(wire, role, limits ?? ChannelLimits.Default, clock ?? TimeProvider.System, CancellationToken.None);
        _sessions.Add(session);
        return session;
    }

    private Task<(SpdyStream Opening, SpdyStream Accepting)> OpenAsync(SpdyRole opener)
    {
        var (client, server) = (Start(SpdyRole.Client), Start(SpdyRole.Server));
        return opener == SpdyRole.Client ? OpenAsync(client, server) : OpenAsync(server, client);
    }

    private async Task<(SpdyStream Opening, SpdyStream Accepting)> OpenAsync(SpdyRole opener, Func<SpdyStream, Stream, Task> then)
    {
        var pair = await OpenAsync(opener);
        await then(pair.Opening, opener == SpdyRole.Client ? _wire.Server : _wire.Client);
        return pair;
    }

    private static async Task<(SpdyStream Opening, SpdyStream Accepting)> OpenAsync(SpdySession opener, SpdySession accepter)
    {
        var opening = opener.OpenAsync(Data, CancellationToken.None);
        var accepting = await accepter.Incoming.ReadAsync().AsTask().SoonAsync();
        await accepter.AcceptAsync(accepting, CancellationToken.None);
        return (await opening.SoonAsync(), accepting);
    }

    private static async Task EchoAsync(SpdySession server, int streams)
    {
        var all = new List<Task>();
        for (var left = streams; left > 0; left--)
        {
            var stream = await server.Incoming.ReadAsync();
            await server.AcceptAsync(stream, CancellationToken.None);
            all.Add(EchoAsync(stream));
        }
        await Task.WhenAll(all);
    }

    private static async Task EchoAsync(SpdyStream stream)
    {
        await stream.CopyToAsync(stream, 50_000);
        await stream.CompleteWritesAsync(CancellationToken.None);
    }

    private static async Task SendAsync(SpdyStream stream, byte[] data)
    {
        await stream.WriteAsync(data);
        await stream.CompleteWritesAsync(CancellationToken.None);
    }

    private static byte[] Control(SpdyControl control, params uint[] numbers)
    {
        var frame = new ArrayBufferWriter<byte>();
        SpdyFrame.WriteControl(frame, control, numbers);
        return frame.WrittenSpan.ToArray();
    }
}
