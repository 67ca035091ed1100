using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.PortForward;

namespace ControlPlane.Streaming.Tests;

public sealed class PortForwardTests
{
    [Test]
    public async Task Every_port_has_a_data_and_an_error_channel_that_begin_with_its_number()
    {
        using var pair = new SocketPair();
        await using var server = await PortForwardServer.StartAsync(
            pair.Server, ChannelProtocol.V4, [80, 8443], ChannelLimits.Default, TimeProvider.System, CancellationToken.None);

        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 0, 80, 0 }));
        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 1, 80, 0 }));
        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 2, 0xFB, 0x20 }));
        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 3, 0xFB, 0x20 }));

        await pair.Client.SendBytesAsync(2, 1, 2, 3);
        var got = new byte[3];
        await server.Ports[1].Data.ReadExactlyAsync(got).AsTask().SoonAsync();
        Assert.That(got, Is.EqualTo(new byte[] { 1, 2, 3 }));
        await server.Ports[0].Data.WriteAsync(new byte[] { 9 });
        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 0, 9 }));
    }

    [Test]
    public void More_ports_than_channel_numbers_are_refused()
    {
        using var pair = new SocketPair();
        Assert.That(
            async () => await PortForwardServer.StartAsync(
                pair.Server, ChannelProtocol.V4, new ushort[128], ChannelLimits.Default, TimeProvider.System, CancellationToken.None),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
