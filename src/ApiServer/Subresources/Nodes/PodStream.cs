using System.Net.WebSockets;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Relay;
using ControlPlane.Types.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace ControlPlane.ApiServer.Subresources.Nodes;

/// <summary>pods/exec, attach and portforward: a WebSocket of the client, and one to the node that the pod runs on; what one says goes to the other.</summary>
/// <param name="subresource">Which of them.</param>
/// <param name="nodes">The way to nodes.</param>
/// <param name="authorizer">WebSockets begin with GET, which alone would let readers run commands.</param>
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
        var sockets = context.Http.WebSockets;
        if (!sockets.IsWebSocketRequest)
            throw ApiError.BadRequest("Upgrade request required");
        await AuthorizeAsync(operation, context.Cancel);
        var pod = (Pod)(await operation.Store.GetAsync(operation.Key, "", context.Cancel)).Record;
        var (node, path) = subresource == "portforward" ? PortForward(pod, context.Query) : Command(pod, context.Query);
        using var there = await nodes.ConnectAsync(node, path, sockets.WebSocketRequestedProtocols, context.Cancel);
        using var here = await sockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = string.IsNullOrEmpty(there.SubProtocol) ? null : there.SubProtocol,
            KeepAliveInterval = ChannelLimits.Default.KeepAliveInterval,
        });
        await ChannelRelay.RunAsync(here, there, ChannelLimits.Default, time, context.Cancel);
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
