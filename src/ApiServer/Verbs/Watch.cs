using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Registry.Reads;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>GET of a collection with ?watch=true: changes as they happen.</summary>
/// <param name="shortest">kube-apiserver: --min-request-timeout; a watch that names no time ends between this and twice this.</param>
/// <param name="time">Ages in tables are counted to now.</param>
/// <param name="random">Spreads the ends of watches.</param>
/// <param name="stopping">The server shuts down: watches end, cleanly, so that clients go to another server at once.</param>
internal sealed class Watch(TimeSpan shortest, TimeProvider time, Random random, CancellationToken stopping)
{
    /// <summary>Answers with events until the client leaves, the time is up, or the watch falls too far behind.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = Negotiation.Choose(
            context.Http.Request,
            operation.Resource.Version.HasProtobuf ? MediaTypes.Streams : MediaTypes.Streams[..1],
            Negotiation.Views.Table | Negotiation.Views.Metadata);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.Cancel, stopping);
        using var watch = await operation.Store.WatchAsync(Request(context.Query, operation), ending.Token);
        context.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        ResponseWriter.Head(context, 200, form.MediaType == MediaTypes.Protobuf ? MediaTypes.Protobuf + ";stream=watch" : form.MediaType);
        await SendAsync(context, new WatchEvents(context, operation.Resource, form, time), watch, ending.Token);
    }

    /// <summary>What the query asks for.</summary>
    /// <exception cref="ApiException">400: a parameter cannot be read.</exception>
    public WatchRequest Request(QueryParameters query, Operation operation)
    {
        // Read for its errors: a watch heeds no limit.
        _ = query.Integer("limit");
        return new WatchRequest
        {
            Namespace = operation.Namespace,
            Selection = ObjectSelection.Parse(operation.Resource.Definition, query.First("labelSelector"), SelectorOf(query, operation)),
            ResourceVersion = query.First("resourceVersion"),
            ResourceVersionMatch = query.First("resourceVersionMatch"),
            Continue = query.First("continue"),
            SendInitialEvents = query.FlagOrNull("sendInitialEvents"),
            AllowBookmarks = query.Flag("allowWatchBookmarks"),
            Timeout = Timeout(query.Integer("timeoutSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null),
        };
    }

    /// <summary>How long a watch runs that asks for so long, or says nothing.</summary>
    public TimeSpan Timeout(TimeSpan? asked)
    {
        if (asked is { } given)
            return given;
        lock (random)
            return shortest * (1 + random.NextDouble());
    }

    private static async Task SendAsync(ApiContext context, WatchEvents events, ResourceWatch watch, CancellationToken cancel)
    {
        var body = context.Http.Response.BodyWriter;
        // The head goes out before the first event: clients wait for it.
        await body.FlushAsync(cancel);
        try
        {
            while (await watch.WaitToReadAsync(cancel))
            {
                while (watch.TryRead(out var item))
                {
                    events.Write(body, item);
                    if (body.UnflushedBytes > WatchEvents.FlushBytes && (await body.FlushAsync(cancel)).IsCompleted)
                        return;
                }

                if ((await body.FlushAsync(cancel)).IsCompleted)
                    return;
            }
        }
        catch (ApiException refused)
        {
            events.WriteError(body, refused.Status);
            await body.FlushAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            // The client left, or the server stops: either way the stream ends here.
        }
    }

    // The old form watch/{resource}/{name} names its object in the path.
    private static string SelectorOf(QueryParameters query, Operation operation) =>
        operation.Name.Length > 0 && query.First("fieldSelector").Length == 0 ? $"metadata.name={operation.Name}" : query.First("fieldSelector");
}
