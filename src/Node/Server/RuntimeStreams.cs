using System.Net.WebSockets;
using ControlPlane.Node.Pods;
using ControlPlane.Node.Runtime;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.PortForward;
using ControlPlane.Streaming.RemoteCommand;
using ControlPlane.Streaming.Spdy;
using ControlPlane.Streaming.Upgrades;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Node.Server;

/// <summary>
/// Carries streams between whoever asked and the runtime's own streaming server, which is always spoken to in SPDY: that alone has half-close in every runtime.
/// An asker who speaks SPDY too, in the open or through a tunnel, is passed on to the runtime as he is; for WebSocket channels the streams are carried over.
/// </summary>
internal sealed class RuntimeStreams(NodeContext node)
{
    // apimachinery: portforward.ProtocolV1Name
    private const string PortProtocol = "portforward.k8s.io";

    private static readonly HttpMessageInvoker Runtime = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>Which streams a request asks for, by kubelet's names.</summary>
    /// <exception cref="RefusedException">None at all.</exception>
    public static CommandStreams Wanted(IQueryCollection query)
    {
        var hasTerminal = Flag(query, "tty");
        // A terminal has one output (upstream: remotecommand options).
        var wanted = new CommandStreams(Flag(query, "input"), Flag(query, "output"), Flag(query, "error") && !hasTerminal, hasTerminal);
        return wanted is { Stdin: false, Stdout: false, Stderr: false }
            ? throw new RefusedException(400, "you must specify at least 1 of stdin, stdout, stderr")
            : wanted;
    }

    /// <summary>Runs a command, or joins one that runs, until it ends or the asker goes.</summary>
    /// <exception cref="RefusedException">The request is none for streams, or the runtime refuses.</exception>
    public async Task RunAsync(HttpContext context, CommandStreams wanted, Func<CancellationToken, Task<StreamingResult>> prepare)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await PassOnAsync(context, prepare);
            return;
        }

        var cancel = context.RequestAborted;
        var protocol = Negotiate(context, ChannelProtocol.ForCommands);
        using var answer = await AskAsync(await AddressAsync(prepare, cancel), SpdyCommandClient.Protocol, cancel);
        await using var connection = await answer.Content.ReadAsStreamAsync(cancel);
        await using var session = SpdySession.Start(connection, SpdyRole.Client, ChannelLimits.Default, node.Clock, cancel);
        using var socket = await AcceptAsync(context, protocol);
        await using var server = await ChannelServer.StartAsync(socket, protocol, wanted, ChannelLimits.Default, node.Clock, cancel);
        await server.CompleteAsync(await CommandBridge.RunAsync(server, session, wanted, cancel), cancel);
    }

    /// <summary>Connects to ports inside the sandbox until either side goes.</summary>
    /// <exception cref="RefusedException">The request is none for streams, or the runtime refuses.</exception>
    public async Task ForwardAsync(HttpContext context, Func<IReadOnlyList<int>, CancellationToken, Task<StreamingResult>> prepare)
    {
        var cancel = context.RequestAborted;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await PassOnAsync(context, cancel => prepare([], cancel));
            return;
        }

        if (SpdyTunnel.Offered(context) is [_, ..] offered)
        {
            using var agreed = await AskAsync(await AddressAsync(cancel => prepare([], cancel), cancel), string.Join(',', offered), cancel);
            await SpdyTunnel.RunAsync(context, agreed, ChannelLimits.Default, node.Clock, cancel);
            return;
        }

        var protocol = Negotiate(context, ChannelProtocol.ForPorts);
        var ports = ForwardedPorts.Parse(context.Request.Query["port"]);
        using var answer = await AskAsync(await AddressAsync(cancel => prepare([.. ports], cancel), cancel), PortProtocol, cancel);
        await using var connection = await answer.Content.ReadAsStreamAsync(cancel);
        await using var session = SpdySession.Start(connection, SpdyRole.Client, ChannelLimits.Default, node.Clock, cancel);
        using var socket = await AcceptAsync(context, protocol);
        await using var server = await PortForwardServer.StartAsync(socket, protocol, ports, ChannelLimits.Default, node.Clock, cancel);
        await PortBridge.RunAsync(server, session, cancel);
    }

    private async Task PassOnAsync(HttpContext context, Func<CancellationToken, Task<StreamingResult>> prepare)
    {
        if (!UpgradeProxy.IsRequested(context))
            throw new RefusedException(400, "Upgrade request required");
        var cancel = context.RequestAborted;
        var address = await AddressAsync(prepare, cancel);
        using var answer = await ReachAsync(() => UpgradeProxy.AskAsync(context.Request, Runtime, address, cancel));
        await CheckAsync(answer, cancel);
        await UpgradeProxy.RunAsync(context, answer, ChannelLimits.Default, node.Clock, cancel);
    }

    private static async Task<Uri> AddressAsync(Func<CancellationToken, Task<StreamingResult>> prepare, CancellationToken cancel) => await prepare(cancel) switch
    {
        StreamingResult.Ready ready => ready.Url,
        StreamingResult.NotRunning gone => throw new RefusedException(404, gone.Message),
        StreamingResult.Refused refused => throw new RefusedException(500, refused.Message),
        _ => throw new RefusedException(500, "the runtime has no streams"),
    };

    private static async Task<HttpResponseMessage> AskAsync(Uri address, string protocols, CancellationToken cancel)
    {
        var answer = await ReachAsync(() => UpgradeClient.AskAsync(
            Runtime, HttpMethod.Post, address, SpdySession.Protocol, [KeyValuePair.Create(UpgradeClient.StreamProtocolHeader, protocols)], cancel));
        await CheckAsync(answer, cancel);
        return answer;
    }

    private static async Task<HttpResponseMessage> ReachAsync(Func<Task<HttpResponseMessage>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException unreachable)
        {
            throw new RefusedException(500, $"the runtime's streaming server does not answer: {unreachable.Message}");
        }
    }

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (UpgradeClient.IsUpgraded(answer))
            return;
        using (answer)
            throw new RefusedException((int)answer.StatusCode, await UpgradeClient.RefusalAsync(answer, cancel));
    }

    private static ChannelProtocol Negotiate(HttpContext context, IReadOnlyList<ChannelProtocol> served) =>
        ChannelProtocol.Negotiate([.. context.WebSockets.WebSocketRequestedProtocols], served) ?? throw new RefusedException(403, "unable to upgrade: no subprotocol is served");

    private static Task<WebSocket> AcceptAsync(HttpContext context, ChannelProtocol protocol) => context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        SubProtocol = protocol.Name.Length > 0 ? protocol.Name : null,
        KeepAliveInterval = ChannelLimits.Default.KeepAliveInterval,
    });

    private static bool Flag(IQueryCollection query, string name) => query[name].FirstOrDefault() is "1" or "true";
}
