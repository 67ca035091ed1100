using System.Net.WebSockets;
using ControlPlane.Node.Pods;
using ControlPlane.Node.Runtime;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using ControlPlane.Streaming.RemoteCommand;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Node.Server;

/// <summary>
/// Carries streams between whoever asked and the runtime's own streaming server. The asker may speak a newer protocol than the runtime: each side has its own.
/// </summary>
internal sealed class RuntimeStreams(NodeContext node)
{
    private const int BlockBytes = 32 * 1024; // io.Copy's block

    /// <summary>Which streams a request asks for, by kubelet's names.</summary>
    public static CommandStreams Wanted(IQueryCollection query)
    {
        var hasTerminal = Flag(query, "tty");
        // A terminal has one output (upstream: remotecommand options).
        return new CommandStreams(Flag(query, "input"), Flag(query, "output"), Flag(query, "error") && !hasTerminal, hasTerminal);
    }

    /// <summary>Runs a command, or joins one that runs, until it ends or the asker goes.</summary>
    /// <exception cref="RefusedException">The request is none for streams, or the runtime refuses.</exception>
    public async Task RunAsync(HttpContext context, CommandStreams wanted, Func<CancellationToken, Task<StreamingResult>> prepare)
    {
        var protocol = Negotiate(context, ChannelProtocol.ForCommands);
        if (!wanted.Stdin && !wanted.Stdout && !wanted.Stderr)
            throw new RefusedException(400, "you must specify at least 1 of stdin, stdout, stderr");
        var address = await AddressAsync(prepare, context.RequestAborted);
        using var there = await ConnectAsync(address, [ChannelProtocol.V5, ChannelProtocol.V4], context.RequestAborted);
        using var here = await AcceptAsync(context, protocol);
        var thereSpeaks = ChannelProtocol.Negotiate([there.SubProtocol ?? ""], ChannelProtocol.ForCommands) ?? ChannelProtocol.V4;
        await using var client = ChannelClient.Start(there, thereSpeaks, wanted, ChannelLimits.Default, node.Clock, context.RequestAborted);
        await using var server = await ChannelServer.StartAsync(here, protocol, wanted, ChannelLimits.Default, node.Clock, context.RequestAborted);
        var status = await CarryAsync(server, client);
        await server.CompleteAsync(status, context.RequestAborted);
    }

    /// <summary>Connects to ports inside the sandbox until either side goes. Both sides speak the same protocol: messages pass as they are.</summary>
    /// <exception cref="RefusedException">The request is none for streams, or the runtime refuses.</exception>
    public async Task ForwardAsync(HttpContext context, IReadOnlyList<int> ports, Func<CancellationToken, Task<StreamingResult>> prepare)
    {
        var protocol = Negotiate(context, [ChannelProtocol.V4]);
        if (ports.Count == 0)
            throw new RefusedException(400, "query parameter \"port\" is required");
        var address = await AddressAsync(prepare, context.RequestAborted);
        var withPorts = new UriBuilder(address) { Query = string.Join('&', ports.Select(static port => $"port={port}")) }.Uri;
        using var there = await ConnectAsync(withPorts, [ChannelProtocol.V4], context.RequestAborted);
        using var here = await AcceptAsync(context, protocol);
        await ChannelRelay.RunAsync(here, there, ChannelLimits.Default, node.Clock, context.RequestAborted);
    }

    private static async Task<CommandStatus> CarryAsync(ChannelServer server, ChannelClient client)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(server.Disconnected);
        var input = Task.WhenAll(CopyInputAsync(server, client, ended.Token), CopyResizesAsync(server, client, ended.Token));
        var output = Task.WhenAll(CopyAsync(client.Stdout, server.Stdout, ended.Token), CopyAsync(client.Stderr, server.Stderr, ended.Token));
        try
        {
            var status = await client.Status.WaitAsync(server.Disconnected);
            await output; // what was written before the end
            return status;
        }
        catch (IOException lost)
        {
            return CommandStatus.Failed(lost.Message);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(input, output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task CopyInputAsync(ChannelServer server, ChannelClient client, CancellationToken cancel)
    {
        await CopyAsync(server.Stdin, client.Stdin, cancel);
        if (client.Stdin is not null && !cancel.IsCancellationRequested)
            await client.Stdin.DisposeAsync(); // the end of input, where the runtime's protocol can say it
    }

    private static async Task CopyAsync(Stream? from, Stream? to, CancellationToken cancel)
    {
        if (from is not null && to is not null)
            await from.CopyToAsync(to, BlockBytes, cancel);
    }

    private static async Task CopyResizesAsync(ChannelServer server, ChannelClient client, CancellationToken cancel)
    {
        if (server.Resizes is null)
            return;
        await foreach (var size in server.Resizes.ReadAllAsync(cancel))
            await client.ResizeAsync(size, cancel);
    }

    private static async Task<Uri> AddressAsync(Func<CancellationToken, Task<StreamingResult>> prepare, CancellationToken cancel) => await prepare(cancel) switch
    {
        StreamingResult.Ready ready => new UriBuilder(ready.Url) { Scheme = ready.Url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri,
        StreamingResult.NotRunning gone => throw new RefusedException(404, gone.Message),
        StreamingResult.Refused refused => throw new RefusedException(500, refused.Message),
        _ => throw new RefusedException(500, "the runtime has no streams"),
    };

    private static async Task<ClientWebSocket> ConnectAsync(Uri address, IEnumerable<ChannelProtocol> protocols, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        foreach (var protocol in protocols)
            socket.Options.AddSubProtocol(protocol.Name);
        try
        {
            await socket.ConnectAsync(address, cancel);
            return socket;
        }
        catch (WebSocketException refused)
        {
            socket.Dispose();
            throw new RefusedException(500, $"the runtime's streaming server refuses: {refused.Message}");
        }
    }

    private static ChannelProtocol Negotiate(HttpContext context, IReadOnlyList<ChannelProtocol> served)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw new RefusedException(400, "Upgrade request required");
        return ChannelProtocol.Negotiate([.. context.WebSockets.WebSocketRequestedProtocols], served) ?? throw new RefusedException(403, "unable to upgrade: no subprotocol is served");
    }

    private static Task<WebSocket> AcceptAsync(HttpContext context, ChannelProtocol protocol) => context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        SubProtocol = protocol.Name.Length > 0 ? protocol.Name : null,
        KeepAliveInterval = ChannelLimits.Default.KeepAliveInterval,
    });

    private static bool Flag(IQueryCollection query, string name) => query[name].FirstOrDefault() is "1" or "true";
}
