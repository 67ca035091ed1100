using System.Net.WebSockets;
using System.Text;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Upgrades;

namespace ControlPlane.Streaming.Tests;

public sealed class TunnelStreamTests
{
    [Test]
    public async Task Messages_are_read_as_one_stream_whatever_their_size_and_writes_are_messages()
    {
        using var pair = new SocketPair();
        var tunnel = new TunnelStream(pair.Server, ChannelLimits.Default, TimeProvider.System);
        foreach (var text in new[] { "one ", "", "two ", "three" })
            await pair.Client.SendBytesAsync(Encoding.ASCII.GetBytes(text));
        var all = new byte[13];
        for (var count = 0; count < all.Length;)
            count += await tunnel.ReadAsync(all.AsMemory(count, Math.Min(3, all.Length - count))).AsTask().SoonAsync();
        Assert.That(Encoding.ASCII.GetString(all), Is.EqualTo("one two three"));

        await tunnel.WriteAsync("answer"u8.ToArray());
        Assert.That(await pair.Client.MessageAsync(), Is.EqualTo((WebSocketMessageType.Binary, "answer"u8.ToArray())));
    }

    [Test]
    public async Task A_peer_that_closes_ends_the_reading()
    {
        using var pair = new SocketPair();
        await using var tunnel = new TunnelStream(pair.Server, ChannelLimits.Default, TimeProvider.System);
        await pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        Assert.That(await tunnel.ReadAsync(new byte[1]).AsTask().SoonAsync(), Is.Zero);
    }

    [Test]
    public async Task After_a_read_was_cancelled_the_last_words_and_a_clean_close_still_reach_the_peer()
    {
        using var pair = new SocketPair();
        var tunnel = new TunnelStream(pair.Server, ChannelLimits.Default, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var reading = tunnel.ReadAsync(new byte[1], stop.Token).AsTask();
        await tunnel.WriteAsync("last words"u8.ToArray());
        await stop.CancelAsync();
        Assert.That(async () => await reading.SoonAsync(), Throws.InstanceOf<OperationCanceledException>());

        var ending = tunnel.DisposeAsync().AsTask();
        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo("last words"u8.ToArray()));
        Assert.That((await pair.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        Assert.That(pair.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.NormalClosure));
        await pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        await ending.SoonAsync();
    }
}
