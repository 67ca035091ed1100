using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.RemoteCommand;
using ControlPlane.Streaming.Upgrades;
using ControlPlane.Types.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace ControlPlane.ApiServer.Subresources.Nodes;

/// <summary>pods/exec, attach and portforward: the client's connection, upgraded to WebSocket or SPDY, and one to the node that the pod runs on; what one says goes to the other.</summary>
/// <param name="subresource">Which of them.</param>
/// <param name="nodes">The way to nodes.</param>
/// <param name="authorizer">GET is how WebSockets begin, and alone would let readers run commands.</param>
/// <param name="time">For idle limits.</param>
internal sealed class PodStream(string subresource, INodeConnector nodes, IAuthorizer authorizer, TimeProvider time) : IConnector
{
    /// <inheritdoc/>
    public GroupResource Resource => new("", "pods");

    /// <inheritdoc/>
    public string Subresource => subresource;

    /// <inheritdoc/>
    public async Task ConnectAsync(ApiContext context, Operation operation)
    {
        await AuthorizeAsync(operation, context.Cancel);
        var pod = (Pod)(await operation.Store.GetAsync(operation.Key, "", context.Cancel)).Record;
        var (node, path) = subresource == "portforward" ? PortForward(pod, context.Query) : Command(pod, context.Query);
        if (!UpgradeProxy.IsRequested(context.Http))
            throw ApiError.BadRequest("Upgrade request required");
        using var answer = await nodes.UpgradeAsync(node, path, context.Http.Request, context.Cancel);
        if (UpgradeClient.IsUpgraded(answer))
            await UpgradeProxy.RunAsync(context.Http, answer, ChannelLimits.Default, time, context.Cancel);
        else
            await RefuseAsync(context, answer);
    }

    /// <summary>
    /// A node's refusal is passed on as it is, but for a client that speaks v5 channels: upstream has accepted its connection before it asks the node
    /// (StreamTranslatorHandler), so such a client finds the refusal in the command's status.
    /// </summary>
    private async Task RefuseAsync(ApiContext context, HttpResponseMessage answer)
    {
        var sockets = context.Http.WebSockets;
        var text = await UpgradeClient.RefusalAsync(answer, context.Cancel);
        if (subresource == "portforward" || !sockets.IsWebSocketRequest || !sockets.WebSocketRequestedProtocols.Contains(ChannelProtocol.V5.Name))
        {
            ResponseWriter.Head(context, (int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString() ?? "text/plain");
            await context.Http.Response.WriteAsync(text, context.Cancel);
            return;
        }

        using var socket = await sockets.AcceptWebSocketAsync(ChannelProtocol.V5.Name);
        await using var server = await ChannelServer.StartAsync(socket, ChannelProtocol.V5, new CommandStreams(), ChannelLimits.Default, time, context.Cancel);
        await server.CompleteAsync(CommandStatus.Failed("unable to upgrade connection: " + text), context.Cancel);
    }

    private static (string Node, string Path) PortForward(Pod pod, QueryParameters query)
    {
        var ports = new QueryBuilder(query.All("ports").Select(port => KeyValuePair.Create("port", port ?? "")));
        return (PodContainers.NodeOf(pod), $"/portForward/{pod.Metadata.Namespace}/{pod.Metadata.Name}{ports.ToQueryString()}");
    }

    private (string Node, string Path) Command(Pod pod, QueryParameters query)
    {
        if (pod.Status.Phase is "Succeeded" or "Failed")
            throw ApiError.BadRequest($"cannot exec into a container in a completed pod; current phase is {pod.Status.Phase}");
        var (node, container) = PodContainers.Choose(pod, query.First("container"));
        // The node's own names for the same (pkg/kubelet/server: remotecommand options).
        var wanted = new QueryBuilder();
        foreach (var (ours, nodes) in ((string, string)[])[("stdin", "input"), ("stdout", "output"), ("stderr", "error"), ("tty", "tty")])
        {
            if (query.Flag(ours))
                wanted.Add(nodes, "1");
        }

        foreach (var word in query.All("command"))
            wanted.Add("command", word ?? "");
        return (node, $"/{subresource}/{pod.Metadata.Namespace}/{pod.Metadata.Name}/{container}{wanted.ToQueryString()}");
    }

    // apiserver: AuthorizePodWebsocketUpgradeCreatePermission
    private async ValueTask AuthorizeAsync(Operation operation, CancellationToken cancel)
    {
        var attributes = new AuthorizationAttributes(operation.User, "create", "", "v1", "pods", subresource, operation.Namespace, operation.Name, "");
        var decision = await authorizer.AuthorizeAsync(attributes, cancel);
        if (decision.Verdict != Verdict.Allow)
            throw Refusal.Of(attributes, decision.Reason);
    }
}
