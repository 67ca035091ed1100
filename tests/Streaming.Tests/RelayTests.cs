using System.Net.WebSockets;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Streaming.Tests;

/// <summary>client - (front) relay (back) - node.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RelayTests : IDisposable
{
    private readonly SocketPair _front = new();
    private readonly SocketPair _back = new();

    public void Dispose()
    {
        _front.Dispose();
        _back.Dispose();
    }

    private Task<RelayEnd> Relay(ChannelLimits? limits = null, TimeProvider? clock = null, CancellationToken cancel = default) =>
        ChannelRelay.RunAsync(_front.Server, _back.Client, limits ?? ChannelLimits.Default, clock ?? TimeProvider.System, cancel);

    [Test]
    public async Task Messages_pass_both_ways_with_their_kind_and_size()
    {
        var data = new byte[1 << 20];
        new Random(3).NextBytes(data);
        var relay = Relay();

        var sending = _front.Client.SendBytesAsync(data);
        var (type, bytes) = await _back.Server.MessageAsync();
        await sending;
        await _back.Server.SendAsync("texts"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var answer = await _front.Client.MessageAsync();

        Assert.That(type, Is.EqualTo(WebSocketMessageType.Binary));
        Assert.That(bytes.AsSpan().SequenceEqual(data), Is.True);
        Assert.That(answer, Is.EqualTo((WebSocketMessageType.Text, "texts"u8.ToArray())));
        Assert.That(relay.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_clean_close_passes_with_its_code_and_text_and_the_answer_comes_back()
    {
        var relay = Relay();

        var closing = _back.Server.CloseAsync(WebSocketCloseStatus.PolicyViolation, "because", CancellationToken.None);
        Assert.That((await _front.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        Assert.That(_front.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.PolicyViolation));
        Assert.That(_front.Client.CloseStatusDescription, Is.EqualTo("because"));
        await _front.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);

        await closing.SoonAsync();
        Assert.That(await relay.SoonAsync(), Is.EqualTo(RelayEnd.Closed));
        Assert.That(_back.Server.State, Is.EqualTo(WebSocketState.Closed));
    }

    [Test]
    public async Task A_lost_side_closes_the_other_with_1011()
    {
        var relay = Relay();

        _back.Cut();

        Assert.That((await _front.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        Assert.That(_front.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.InternalServerError));
        await _front.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        Assert.That(await relay.SoonAsync(), Is.EqualTo(RelayEnd.Lost));
    }

    [Test]
    public async Task An_oversized_message_closes_its_sender_with_1009()
    {
        var relay = Relay(new() { MessageBytesMax = 1000 });

        await _front.Client.SendBytesAsync(new byte[1001]);

        Assert.That((await _front.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        Assert.That(_front.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.MessageTooBig));
        Assert.That((await _back.Server.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        _front.Client.Abort();
        _back.Server.Abort();
        _front.Cut();
        _back.Cut();
        Assert.That(await relay.SoonAsync(), Is.EqualTo(RelayEnd.MessageTooBig));
    }

    [Test]
    public async Task A_side_that_does_not_read_holds_the_other_back()
    {
        var relay = Relay();
        var sending = _front.Client.SendAsync(new byte[4 << 20], WebSocketMessageType.Binary, true, CancellationToken.None);

        var first = await _back.Server.ReceiveAsync(new byte[10].AsMemory(), CancellationToken.None).AsTask().SoonAsync();
        Assert.That(first.EndOfMessage, Is.False);
        Assert.That(sending.IsCompleted, Is.False, "four megabytes do not fit into the buffers on the way");

        await _back.Server.MessageAsync();
        await sending.SoonAsync();
        Assert.That(relay.IsCompleted, Is.False);
    }

    [Test]
    public async Task Silence_closes_both_with_1001_and_a_peer_that_does_not_answer_is_dropped()
    {
        var clock = new FakeTimeProvider();
        var relay = Relay(clock: clock);
        await _front.Client.SendBytesAsync(1);
        await _back.Server.MessageAsync();

        clock.Advance(ChannelLimits.Default.IdleTimeout);

        await _front.Client.MessageAsync();
        await _back.Server.MessageAsync();
        Assert.That(_front.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.EndpointUnavailable));
        Assert.That(_back.Server.CloseStatus, Is.EqualTo(WebSocketCloseStatus.EndpointUnavailable));
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !relay.IsCompleted && DateTime.UtcNow < deadline; await Task.Yield())
            clock.Advance(ChannelLimits.Default.CloseTimeout);
        Assert.That(await relay.SoonAsync(), Is.EqualTo(RelayEnd.Idle));
    }

    [Test]
    public async Task A_stopped_relay_closes_both_with_1001()
    {
        using var stop = new CancellationTokenSource();
        var relay = Relay(cancel: stop.Token);

        await stop.CancelAsync();

        await _front.Client.MessageAsync();
        await _back.Server.MessageAsync();
        await _front.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        await _back.Server.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        Assert.That(await relay.SoonAsync(), Is.EqualTo(RelayEnd.Stopped));
        Assert.That(_front.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.EndpointUnavailable));
    }
}
