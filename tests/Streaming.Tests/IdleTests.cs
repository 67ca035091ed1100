using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Streaming.Tests;

public sealed class IdleTests
{
    [Test]
    public async Task A_silent_client_is_given_up_after_the_idle_timeout_and_not_before()
    {
        var clock = new FakeTimeProvider();
        using var pair = new SocketPair();
        await using var server = await ChannelServer.StartAsync(
            pair.Server, ChannelProtocol.V5, new(Stdin: true, Stdout: true), ChannelLimits.Default, clock, CancellationToken.None);

        clock.Advance(TimeSpan.FromHours(3));
        await server.Stdout!.WriteAsync(new byte[1]);
        clock.Advance(TimeSpan.FromHours(3));
        Assert.That(server.Disconnected.IsCancellationRequested, Is.False);

        clock.Advance(TimeSpan.FromHours(1));
        await server.Disconnected.CancelledAsync();
        Assert.That(async () => await server.Stdin!.ToEndAsync(), Throws.InstanceOf<IOException>().With.Message.Contains("idle"));
    }
}
