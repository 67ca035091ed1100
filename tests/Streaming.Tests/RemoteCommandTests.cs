using System.Net.WebSockets;
using System.Text;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;

namespace ControlPlane.Streaming.Tests;

public sealed class RemoteCommandTests
{
    private static readonly CommandStreams All = new(Stdin: true, Stdout: true, Stderr: true, Tty: true);
    private static readonly string[] ShellExit3 = ["sh", "-c", "exit 3"];

    private static IEnumerable<ChannelProtocol> Protocols => ChannelProtocol.ForCommands;

    private static Task<ChannelServer> ServeAsync(WebSocket socket, ChannelProtocol protocol, CommandStreams? streams = null, ChannelLimits? limits = null) =>
        ChannelServer.StartAsync(socket, protocol, streams ?? All, limits ?? ChannelLimits.Default, TimeProvider.System, CancellationToken.None);

    private static ChannelClient Ask(WebSocket socket, ChannelProtocol protocol, CommandStreams? streams = null, ChannelLimits? limits = null) =>
        ChannelClient.Start(socket, protocol, streams ?? All, limits ?? ChannelLimits.Default, TimeProvider.System, CancellationToken.None);

    [TestCaseSource(nameof(Protocols))]
    public async Task A_command_gets_input_and_gives_output_errors_and_its_exit_code(ChannelProtocol protocol)
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, protocol);
        await using var server = await ServeAsync(pair.Server, protocol);

        await client.Stdin!.WriteAsync("hello"u8.ToArray());
        var typed = new byte[5];
        await server.Stdin!.ReadExactlyAsync(typed).AsTask().SoonAsync();
        await server.Stdout!.WriteAsync("out 1"u8.ToArray());
        await server.Stderr!.WriteAsync("err"u8.ToArray());
        await server.Stdout!.WriteAsync(", out 2"u8.ToArray());
        var completed = server.CompleteAsync(CommandStatus.Exited(3, ShellExit3), CancellationToken.None);

        Assert.That(typed, Is.EqualTo("hello"u8.ToArray()));
        Assert.That(Encoding.UTF8.GetString(await client.Stdout!.ToEndAsync()), Is.EqualTo("out 1, out 2"));
        Assert.That(Encoding.UTF8.GetString(await client.Stderr!.ToEndAsync()), Is.EqualTo("err"));
        var status = await client.Status.SoonAsync();
        Assert.That(status.ExitCode, Is.EqualTo(protocol.StatusIsJson ? 3 : null));
        Assert.That(status.Message, Is.EqualTo("command terminated with non-zero exit code: error executing command [sh -c exit 3], exit code 3"));
        Assert.That(await completed.SoonAsync(), Is.True);
        Assert.That(pair.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.NormalClosure));
    }

    [TestCaseSource(nameof(Protocols))]
    public async Task Large_data_goes_both_ways_at_once_unharmed(ChannelProtocol protocol)
    {
        var data = new byte[3 << 20];
        new Random(7).NextBytes(data);
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, protocol);
        await using var server = await ServeAsync(pair.Server, protocol);

        var echo = EchoAsync(server, data.Length);
        var sending = client.Stdin!.WriteAsync(data).AsTask();
        var received = await client.Stdout!.ToEndAsync();

        await sending.SoonAsync();
        await echo.SoonAsync();
        Assert.That(received.AsSpan().SequenceEqual(data), Is.True);
        Assert.That((await client.Status.SoonAsync()).ExitCode, Is.Zero);
    }

    private static async Task EchoAsync(ChannelServer server, int length)
    {
        var block = new byte[50_000];
        while (length > 0)
        {
            var count = await server.Stdin!.ReadAsync(block);
            await server.Stdout!.WriteAsync(block.AsMemory(0, count));
            length -= count;
        }
        await server.CompleteAsync(CommandStatus.Success, CancellationToken.None);
    }

    [Test]
    public async Task Closing_stdin_in_v5_ends_the_input_and_leaves_the_output_open()
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, ChannelProtocol.V5);
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5);

        await client.Stdin!.WriteAsync("all of it"u8.ToArray());
        await client.Stdin!.DisposeAsync();

        Assert.That(await server.Stdin!.ToEndAsync(), Is.EqualTo("all of it"u8.ToArray()));
        Assert.That(server.Disconnected.IsCancellationRequested, Is.False);
        await server.Stdout!.WriteAsync("still here"u8.ToArray());
        var completed = server.CompleteAsync(CommandStatus.Success, CancellationToken.None);
        Assert.That(await client.Stdout!.ToEndAsync(), Is.EqualTo("still here"u8.ToArray()));
        Assert.That(await completed.SoonAsync(), Is.True);
    }

    [Test]
    public async Task The_close_signal_is_two_bytes_and_means_nothing_before_v5()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V4);
        await pair.Client.SendBytesAsync(255, 0);
        await pair.Client.SendBytesAsync(0, 42);
        var one = new byte[1];
        await server.Stdin!.ReadExactlyAsync(one).AsTask().SoonAsync();
        Assert.That(one[0], Is.EqualTo(42));

        using var five = new SocketPair();
        await using var client = Ask(five.Client, ChannelProtocol.V5);
        await client.Stdin!.DisposeAsync();
        Assert.That((await five.Server.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 255, 0 }));
    }

    [Test]
    public async Task The_first_message_is_empty_on_the_lowest_channel_and_the_last_is_the_status()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V4, new(Stderr: true));
        var completed = server.CompleteAsync(CommandStatus.Exited(3, ShellExit3), CancellationToken.None);

        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 2 }));
        var (type, last) = await pair.Client.MessageAsync();
        Assert.That(type, Is.EqualTo(WebSocketMessageType.Binary));
        Assert.That(last[0], Is.EqualTo(3));
        Assert.That(Encoding.UTF8.GetString(last.AsSpan(1)), Is.EqualTo(
            """{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: error executing command [sh -c exit 3], exit code 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"""));
        Assert.That((await pair.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        await pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        Assert.That(await completed.SoonAsync(), Is.True);
    }

    [Test]
    public void Statuses_read_as_upstream_writes_them()
    {
        Assert.That(Encoding.UTF8.GetString(CommandStatus.Success.Encode(asJson: true)), Is.EqualTo("""{"metadata":{},"status":"Success"}"""));
        Assert.That(CommandStatus.Success.Encode(asJson: false), Is.Empty);
        Assert.That(Encoding.UTF8.GetString(CommandStatus.Failed("no such container").Encode(asJson: true)), Is.EqualTo(
            """{"metadata":{},"status":"Failure","message":"Internal error occurred: no such container","reason":"InternalError","details":{"causes":[{"message":"no such container"}]},"code":500}"""));
        var failed = CommandStatus.Decode(CommandStatus.Failed("x").Encode(asJson: true), asJson: true);
        Assert.That(failed, Is.EqualTo(CommandStatus.Failed("x")));
        Assert.That(CommandStatus.Decode("no json"u8, asJson: true).Code, Is.EqualTo(500));
    }

    [Test]
    public async Task Resizes_arrive_in_order_and_something_else_ends_them_alone()
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, ChannelProtocol.V5);
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5);

        await client.ResizeAsync(new TerminalSize(80, 24), CancellationToken.None);
        await client.ResizeAsync(new TerminalSize(132, 50), CancellationToken.None);
        await pair.Client.SendBytesAsync([4, .. "[]"u8]);
        await client.Stdin!.WriteAsync("x"u8.ToArray());

        var sizes = new List<TerminalSize>();
        await foreach (var size in server.Resizes!.ReadAllAsync())
            sizes.Add(size);
        Assert.That(sizes, Is.EqualTo(new TerminalSize[] { new(80, 24), new(132, 50) }));
        await server.Stdin!.ReadExactlyAsync(new byte[1]).AsTask().SoonAsync();
    }

    [Test]
    public async Task Unread_resizes_hold_nothing_back()
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, ChannelProtocol.V5);
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5);

        for (ushort i = 1; i <= 1000; i++)
            await client.ResizeAsync(new TerminalSize(i, i), CancellationToken.None);
        await client.Stdin!.WriteAsync("x"u8.ToArray());

        await server.Stdin!.ReadExactlyAsync(new byte[1]).AsTask().SoonAsync();
        TerminalSize last = default;
        while (server.Resizes!.TryRead(out var size))
            last = size;
        Assert.That(last, Is.EqualTo(new TerminalSize(1000, 1000)));
    }

    [Test]
    public async Task Messages_for_unknown_or_unreadable_channels_and_empty_ones_are_read_past()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5);

        await pair.Client.SendBytesAsync(9, 1, 2);
        await pair.Client.SendBytesAsync(1, 1, 2);
        await pair.Client.SendBytesAsync(254);
        await pair.Client.SendBytesAsync();
        await pair.Client.SendBytesAsync(0, 7);

        var one = new byte[1];
        await server.Stdin!.ReadExactlyAsync(one).AsTask().SoonAsync();
        Assert.That(one[0], Is.EqualTo(7));
        Assert.That(server.Disconnected.IsCancellationRequested, Is.False);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_message_in_fragments_belongs_to_one_channel(bool base64)
    {
        var protocol = base64 ? ChannelProtocol.V4Base64 : ChannelProtocol.V4;
        var message = base64 ? "0" + Convert.ToBase64String("fragmented"u8) : "\0fragmented";
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, protocol);

        var bytes = Encoding.ASCII.GetBytes(message);
        for (var i = 0; i < bytes.Length; i++)
            await pair.Client.SendAsync(bytes.AsMemory(i, 1), WebSocketMessageType.Text, i == bytes.Length - 1, CancellationToken.None);

        var text = new byte[10];
        await server.Stdin!.ReadExactlyAsync(text).AsTask().SoonAsync();
        Assert.That(text, Is.EqualTo("fragmented"u8.ToArray()));
    }

    [Test]
    public async Task A_message_past_the_limit_closes_with_1009()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5, limits: new() { MessageBytesMax = 1000 });

        await pair.Client.SendBytesAsync(new byte[1001]);

        await server.Disconnected.CancelledAsync();
        Assert.That((await pair.Client.MessageAsync()).Bytes, Is.EqualTo(new byte[] { 1 }));
        Assert.That((await pair.Client.MessageAsync()).Type, Is.EqualTo(WebSocketMessageType.Close));
        Assert.That(pair.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.MessageTooBig));
        Assert.That(async () => await server.Stdin!.ToEndAsync(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Bad_base64_closes_with_1007()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.LegacyBase64);

        await pair.Client.SendAsync("0!!!!"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);

        await server.Disconnected.CancelledAsync();
        await pair.Client.MessageAsync();
        await pair.Client.MessageAsync();
        Assert.That(pair.Client.CloseStatus, Is.EqualTo(WebSocketCloseStatus.InvalidPayloadData));
    }

    [Test]
    public async Task A_lost_client_ends_every_stream_with_an_error()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5);

        pair.Cut();

        await server.Disconnected.CancelledAsync();
        Assert.That(async () => await server.Stdin!.ToEndAsync(), Throws.InstanceOf<IOException>());
        Assert.That(async () => await server.Stdout!.WriteAsync(new byte[1]), Throws.InstanceOf<IOException>());
        Assert.That(await server.CompleteAsync(CommandStatus.Success, CancellationToken.None), Is.False);
        await server.Resizes!.Completion.SoonAsync();
    }

    [Test]
    public async Task A_client_that_closes_ends_the_input_without_an_error()
    {
        using var pair = new SocketPair();
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V4);
        await using var client = Ask(pair.Client, ChannelProtocol.V4);

        await client.CloseAsync(CancellationToken.None).SoonAsync();

        await server.Disconnected.CancelledAsync();
        Assert.That(await server.Stdin!.ToEndAsync(), Is.Empty);
        Assert.That(pair.Client.State, Is.EqualTo(WebSocketState.Closed));
    }

    [Test]
    public async Task A_lost_server_faults_the_status()
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, ChannelProtocol.V5);

        pair.Cut();

        Assert.That(async () => await client.Status.SoonAsync(), Throws.InstanceOf<IOException>());
        Assert.That(async () => await client.Stdout!.ToEndAsync(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Input_that_the_command_never_reads_does_not_keep_it_from_ending()
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, ChannelProtocol.V5);
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5);
        using var enough = new CancellationTokenSource();
        var flood = FloodAsync(client.Stdin!, enough.Token);

        Assert.That(await server.CompleteAsync(CommandStatus.Success, CancellationToken.None).SoonAsync(), Is.True);

        Assert.That((await client.Status.SoonAsync()).ExitCode, Is.Zero);
        await enough.CancelAsync();
        Assert.That(async () => await flood.SoonAsync(), Throws.InstanceOf<IOException>().Or.InstanceOf<OperationCanceledException>());
    }

    private static async Task FloodAsync(Stream stdin, CancellationToken cancel)
    {
        while (true)
            await stdin.WriteAsync(new byte[10_000], cancel);
    }

    [Test]
    public async Task A_reader_that_lags_holds_the_writer_back()
    {
        using var pair = new SocketPair();
        await using var client = Ask(pair.Client, ChannelProtocol.V5);
        await using var server = await ServeAsync(pair.Server, ChannelProtocol.V5, limits: new() { ChannelBufferBytes = 4096 });
        var data = new byte[1 << 20];

        var writing = client.Stdin!.WriteAsync(data).AsTask();
        await server.Stdin!.ReadExactlyAsync(new byte[1]).AsTask().SoonAsync();
        Assert.That(writing.IsCompleted, Is.False, "a megabyte does not fit into the buffers on the way");

        await server.Stdin!.ReadExactlyAsync(new byte[data.Length - 1]).AsTask().SoonAsync();
        await writing.SoonAsync();
    }

    [Test]
    public void The_first_wish_that_is_served_is_negotiated()
    {
        Assert.That(ChannelProtocol.Negotiate(["x", "v4.channel.k8s.io", "v5.channel.k8s.io"], ChannelProtocol.ForCommands), Is.SameAs(ChannelProtocol.V4));
        Assert.That(ChannelProtocol.Negotiate([], ChannelProtocol.ForCommands), Is.SameAs(ChannelProtocol.Unnamed));
        Assert.That(ChannelProtocol.Negotiate(["v5.channel.k8s.io"], ChannelProtocol.ForPorts), Is.Null);
        Assert.That(ChannelProtocol.Negotiate([""], ChannelProtocol.ForPorts), Is.Null);
    }
}
