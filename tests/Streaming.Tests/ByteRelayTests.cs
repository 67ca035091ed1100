using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Streaming.Tests;

/// <summary>client - (front) relay (back) - node.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ByteRelayTests : IDisposable
{
    private readonly StreamPair _front = new();
    private readonly StreamPair _back = new();

    public void Dispose()
    {
        _front.Dispose();
        _back.Dispose();
    }

    private Task Relay(TimeProvider? clock = null, CancellationToken cancel = default) =>
        ByteRelay.RunAsync(_front.Server, _back.Client, ChannelLimits.Default, clock ?? TimeProvider.System, cancel);

    [Test]
    public async Task Bytes_pass_both_ways_at_once_unharmed()
    {
        var data = new byte[1 << 20];
        new Random(3).NextBytes(data);
        var relay = Relay();

        var sending = Task.WhenAll(_front.Client.WriteAsync(data).AsTask(), _back.Server.WriteAsync(data).AsTask());
        var there = new byte[data.Length];
        var back = new byte[data.Length];
        await Task.WhenAll(_back.Server.ReadExactlyAsync(there).AsTask(), _front.Client.ReadExactlyAsync(back).AsTask()).SoonAsync();

        await sending.SoonAsync();
        Assert.That(there.AsSpan().SequenceEqual(data), Is.True);
        Assert.That(back.AsSpan().SequenceEqual(data), Is.True);
        Assert.That(relay.IsCompleted, Is.False);
    }

    [Test]
    public async Task What_a_side_said_before_it_hung_up_reaches_the_other()
    {
        var relay = Relay();

        await _back.Server.WriteAsync("last words"u8.ToArray());
        await _back.Server.DisposeAsync();

        await relay.SoonAsync();
        var words = new byte[10];
        await _front.Client.ReadExactlyAsync(words).AsTask().SoonAsync();
        Assert.That(words, Is.EqualTo("last words"u8.ToArray()));
    }

    [Test]
    public async Task A_lost_side_ends_the_relay()
    {
        var relay = Relay();
        _front.Cut();
        await relay.SoonAsync();
        Assert.That(relay.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task A_side_that_does_not_read_holds_the_other_back()
    {
        var relay = Relay();
        var sending = _front.Client.WriteAsync(new byte[4 << 20]).AsTask();
        await _back.Server.ReadExactlyAsync(new byte[10]).AsTask().SoonAsync();
        Assert.That(sending.IsCompleted, Is.False, "four megabytes do not fit into the buffers on the way");

        await _back.Server.ReadExactlyAsync(new byte[(4 << 20) - 10]).AsTask().SoonAsync();
        await sending.SoonAsync();
        Assert.That(relay.IsCompleted, Is.False);
    }

    [Test]
    public async Task Silence_ends_the_relay_and_bytes_put_that_off()
    {
        var clock = new FakeTimeProvider();
        var relay = Relay(clock);
        clock.Advance(ChannelLimits.Default.IdleTimeout / 2);
        await _front.Client.WriteAsync(new byte[1]);
        await _back.Server.ReadExactlyAsync(new byte[1]).AsTask().SoonAsync();
        clock.Advance(ChannelLimits.Default.IdleTimeout * 3 / 4);
        Assert.That(relay.IsCompleted, Is.False);

        clock.Advance(ChannelLimits.Default.IdleTimeout / 2);
        await relay.SoonAsync();
    }

    [Test]
    public async Task A_relay_that_is_told_to_stop_stops()
    {
        using var stop = new CancellationTokenSource();
        var relay = Relay(cancel: stop.Token);
        await stop.CancelAsync();
        await relay.SoonAsync();
        Assert.That(relay.IsCompletedSuccessfully, Is.True);
    }
}
