using System.Text;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;
using ControlPlane.Streaming.Spdy;

namespace ControlPlane.Streaming.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SpdyCommandTests : IAsyncDisposable
{
    private static readonly string[] ShellExit3 = ["sh", "-c", "exit 3"];

    private readonly StreamPair _wire = new();
    private readonly SpdySession _client;
    private readonly SpdySession _server;

    public SpdyCommandTests()
    {
        _client = SpdySession.Start(_wire.Client, SpdyRole.Client, ChannelLimits.Default, TimeProvider.System, CancellationToken.None);
        _server = SpdySession.Start(_wire.Server, SpdyRole.Server, ChannelLimits.Default, TimeProvider.System, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _wire.Dispose();
    }

    [Test]
    public async Task A_command_gets_input_to_its_end_and_gives_output_errors_and_its_exit_code()
    {
        var (command, there) = await StartAsync(new CommandStreams(Stdin: true, Stdout: true, Stderr: true), "error", "stdin", "stdout", "stderr");

        await command.Stdin!.WriteAsync("hello"u8.ToArray());
        await command.Stdin!.CompleteWritesAsync(CancellationToken.None);
        Assert.That(Encoding.UTF8.GetString(await there["stdin"].ToEndAsync()), Is.EqualTo("hello"));
        await there["stdout"].WriteAsync("out"u8.ToArray());
        await there["stderr"].WriteAsync("err"u8.ToArray());
        await there["error"].WriteAsync(CommandStatus.Exited(3, ShellExit3).Encode(asJson: true));
        foreach (var stream in there.Values)
            await stream.DisposeAsync(); // as a server that closes its connection does

        Assert.That(Encoding.UTF8.GetString(await command.Stdout!.ToEndAsync()), Is.EqualTo("out"));
        Assert.That(Encoding.UTF8.GetString(await command.Stderr!.ToEndAsync()), Is.EqualTo("err"));
        Assert.That((await command.Status.SoonAsync()).ExitCode, Is.EqualTo(3));
    }

    [Test]
    public async Task A_terminal_is_told_its_size()
    {
        var (command, there) = await StartAsync(new CommandStreams(Stdout: true, Tty: true), "error", "stdout", "resize");
        await command.ResizeAsync(new TerminalSize(80, 24), CancellationToken.None);
        var size = new byte[25];
        await there["resize"].ReadExactlyAsync(size).AsTask().SoonAsync();
        Assert.That(Encoding.ASCII.GetString(size), Is.EqualTo("{\"Width\":80,\"Height\":24}\n"));
    }

    [Test]
    public async Task A_server_that_is_lost_before_the_status_faults_it()
    {
        var (command, _) = await StartAsync(new CommandStreams(Stdout: true), "error", "stdout");
        _wire.Cut();
        Assert.That(async () => await command.Status.SoonAsync(), Throws.InstanceOf<IOException>());
    }

    private async Task<(SpdyCommandClient Command, Dictionary<string, SpdyStream> There)> StartAsync(CommandStreams wanted, params string[] expected)
    {
        var starting = SpdyCommandClient.StartAsync(_client, wanted, ChannelLimits.Default, CancellationToken.None);
        var there = new Dictionary<string, SpdyStream>();
        foreach (var type in expected)
        {
            var stream = await _server.Incoming.ReadAsync().AsTask().SoonAsync();
            Assert.That(stream.Headers["streamType"], Is.EqualTo(type));
            await _server.AcceptAsync(stream, CancellationToken.None);
            there.Add(type, stream);
        }
        return (await starting.SoonAsync(), there);
    }
}
