using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Logs;

namespace ControlPlane.Streaming.Tests;

public sealed class LogSocketTests
{
    private static Task CopyAsync(Stream source, WebSocket socket, string protocol) =>
        LogSocket.CopyAsync(source, socket, protocol, ChannelLimits.Default, TimeProvider.System, CancellationToken.None);

    [TestCase("", "line\n", WebSocketMessageType.Binary)]
    [TestCase("binary.k8s.io", "line\n", WebSocketMessageType.Binary)]
    [TestCase("base64.binary.k8s.io", "bGluZQo=", WebSocketMessageType.Text)]
    public async Task A_log_is_sent_as_it_is_then_closed(string protocol, string expected, WebSocketMessageType type)
    {
        using var pair = new SocketPair();
        var copying = CopyAsync(new MemoryStream("line\n"u8.ToArray()), pair.Server, protocol);

        Assert.That(await pair.Client.MessageAsync(), Is.EqualTo((type, Encoding.ASCII.GetBytes(expected))));
        Assert.That((await pair.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        await pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        await copying.SoonAsync();
    }

    [Test]
    public async Task A_reader_that_closes_ends_a_log_that_is_followed()
    {
        using var pair = new SocketPair();
        var copying = CopyAsync(new Pipe().Reader.AsStream(), pair.Server, "");

        await pair.Client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).SoonAsync();

        await copying.SoonAsync();
    }
}
