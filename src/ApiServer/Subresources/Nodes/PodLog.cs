using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Streaming.Channels;
using ControlPlane.Streaming.Logs;
using ControlPlane.Types.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace ControlPlane.ApiServer.Subresources.Nodes;

/// <summary>pods/log: what a container wrote, from the node that it runs on; as the answer's body, or over a WebSocket.</summary>
/// <param name="nodes">The way to nodes.</param>
/// <param name="time">For the limits of WebSockets.</param>
internal sealed class PodLog(INodeConnector nodes, TimeProvider time) : IConnector
{
    // PodLogOptions that go to the node as they are; the others are ours.
    private static readonly string[] Passed = ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"];

    /// <inheritdoc/>
    public GroupResource Resource => new("", "pods");

    /// <inheritdoc/>
    public string Subresource => "log";

    /// <inheritdoc/>
    public async Task ConnectAsync(ApiContext context, Operation operation)
    {
        var query = context.Query;
        Check(query, operation);
        var pod = (Pod)(await operation.Store.GetAsync(operation.Key, "", context.Cancel)).Record;
        var (node, container) = PodContainers.Choose(pod, query.First("container"));
        var wanted = new QueryBuilder(Passed.Where(query.Has).Select(name => KeyValuePair.Create(name, query.First(name))));
        var path = $"/containerLogs/{operation.Namespace}/{operation.Name}/{container}{wanted.ToQueryString()}";
        using var answer = await nodes.GetAsync(node, path, context.Cancel);
        if (!answer.IsSuccessStatusCode)
            throw await RefusalAsync(answer, operation, context.Cancel);
        if (context.Http.WebSockets.IsWebSocketRequest)
            await SendAsync(context, answer);
        else
            await CopyAsync(context, answer);
    }

    private static void Check(QueryParameters query, Operation operation)
    {
        var errors = new FieldErrors();
        if (query.Integer("tailLines") is < 0 and var lines)
            errors.At("tailLines").Invalid(lines, "must be greater than or equal to 0");
        if (query.Integer("limitBytes") is < 1 and var bytes)
            errors.At("limitBytes").Invalid(bytes, "must be greater than 0");
        if (query.Has("sinceSeconds") && query.Has("sinceTime"))
            errors.At("").Forbidden("at most one of `sinceTime` or `sinceSeconds` may be specified");
        else if (query.Integer("sinceSeconds") is < 1 and var seconds)
            errors.At("sinceSeconds").Invalid(seconds, "must be greater than 0");
        if (!errors.IsEmpty)
            throw ApiError.Invalid(new GroupKind("", "PodLogOptions"), operation.Name, errors.All);
    }

    private static async ValueTask<ApiException> RefusalAsync(HttpResponseMessage answer, Operation operation, CancellationToken cancel)
    {
        var text = (await answer.Content.ReadAsStringAsync(cancel)).Trim();
        var code = (int)answer.StatusCode;
        return code switch
        {
            400 => ApiError.BadRequest(text),
            404 => new ApiException(ApiError.Failure(404, "NotFound", $"the server could not find the requested resource ( pods/log {operation.Name})", new StatusDetails { Name = operation.Name, Kind = "pods/log" })),
            _ => ApiError.Internal(text),
        };
    }

    private async Task SendAsync(ApiContext context, HttpResponseMessage answer)
    {
        var sockets = context.Http.WebSockets;
        var protocol = LogSocket.Negotiate([.. sockets.WebSocketRequestedProtocols])
            ?? throw ApiError.BadRequest($"none of the requested subprotocols is served: {string.Join(", ", LogSocket.Protocols)}");
        using var socket = await sockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = protocol.Length > 0 ? protocol : null,
            KeepAliveInterval = ChannelLimits.Default.KeepAliveInterval,
        });
        await using var source = await answer.Content.ReadAsStreamAsync(context.Cancel);
        await LogSocket.CopyAsync(source, socket, protocol, ChannelLimits.Default, time, context.Cancel);
    }

    private static async Task CopyAsync(ApiContext context, HttpResponseMessage answer)
    {
        ResponseWriter.Head(context, 200, "text/plain");
        var response = context.Http.Response;
        await response.StartAsync(context.Cancel);
        await using var source = await answer.Content.ReadAsStreamAsync(context.Cancel);
        var buffer = new byte[32 * 1024];
        while (await source.ReadAsync(buffer, context.Cancel) is > 0 and var read)
        {
            // Each piece is sent at once: somebody may be following.
            await response.Body.WriteAsync(buffer.AsMemory(0, read), context.Cancel);
            await response.Body.FlushAsync(context.Cancel);
        }
    }
}
