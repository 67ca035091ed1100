using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Selectors;
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
    // Timers know no more than some weeks; connections don't live so long.
    private const long SecondsMax = 30 * 24 * 3600;

    /// <summary>Answers with events until the client leaves, the time is up, or the watch falls too far behind.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = Negotiation.Choose(
            context.Http.Request,
            operation.Resource.Version.HasProtobuf ? MediaTypes.Streams : MediaTypes.Streams[..1],
            Negotiation.Views.Table | Negotiation.Views.Metadata);
        var request = Request(context.Query, operation, context.Info.IsCollection ? "" : context.Info.Name);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.Cancel, stopping);
        using var watch = await operation.Store.WatchAsync(request, ending.Token);
        // The watch has ended and its events still wait to be taken: the stream is reset, its connection's other streams go on.
        watch.WhenStuck = context.Http.Abort;
        var events = new WatchEvents(context.Query, operation.Resource, form, time);
        context.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        ResponseWriter.Head(context, 200, form.MediaType == MediaTypes.Protobuf ? MediaTypes.Protobuf + ";stream=watch" : form.MediaType);
        await SendAsync(context, events, watch, ending.Token);
    }

    /// <summary>What the query asks for.</summary>
    /// <param name="query">The query.</param>
    /// <param name="operation">Of which resource, and where.</param>
    /// <param name="name">The object that the path names, in the old form watch/{resource}/{name}; "" for all.</param>
    /// <exception cref="ApiException">400: a parameter cannot be read. 422: they don't go together. 400: there is no such field to select by. In this order.</exception>
    public WatchRequest Request(QueryParameters query, Operation operation, string name)
    {
        var (labels, fields) = ObjectSelection.Parse(query.First("labelSelector"), query.First("fieldSelector"));
        // Read for its errors: a watch heeds no limit.
        _ = query.Integer("limit");
        var request = new WatchRequest
        {
            Namespace = operation.Namespace,
            ResourceVersion = query.First("resourceVersion"),
            ResourceVersionMatch = query.First("resourceVersionMatch"),
            Continue = query.First("continue"),
            SendInitialEvents = query.FlagOrNull("sendInitialEvents"),
            AllowBookmarks = query.Flag("allowWatchBookmarks"),
            // Less than nothing is over at once.
            Timeout = Timeout(query.Integer("timeoutSeconds") is { } seconds and not 0 ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, SecondsMax)) : null),
        };
        operation.Store.Check(request);
        return request with { Selection = ObjectSelection.Of(operation.Resource.Definition, labels, Named(fields, name)) };
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

    private static FieldSelector Named(FieldSelector fields, string name)
    {
        if (name.Length == 0)
            return fields;
        if (fields.IsEverything)
            return FieldSelector.Of(new FieldRequirement("metadata.name", IsEqual: true, name));
        return fields.ExactValue("metadata.name") == name ? fields : throw ApiError.BadRequest("fieldSelector metadata.name doesn't match requested name");
    }
}
