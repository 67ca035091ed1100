using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Registry.Reads;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>GET of a collection.</summary>
internal sealed class List(TimeProvider time)
{
    /// <summary>Answers with a page of the objects, streamed from an immutable snapshot.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ListWriter.Negotiate(context, operation.Resource);
        var page = await operation.Store.ListAsync(Request(context.Query, operation), context.Cancel);
        await ListWriter.WriteAsync(context, operation.Resource, page, form, time.GetUtcNow(), context.Cancel);
    }

    /// <summary>What the query asks for.</summary>
    /// <exception cref="ApiException">400: a parameter cannot be read. 422: they don't go together. 400: there is no such field to select by. In this order.</exception>
    public static ListRequest Request(QueryParameters query, Operation operation)
    {
        var (labels, fields) = ObjectSelection.Parse(query.First("labelSelector"), query.First("fieldSelector"));
        // Read for its errors: only watches heed it.
        _ = query.Integer("timeoutSeconds");
        var request = new ListRequest
        {
            Namespace = operation.Namespace,
            ResourceVersion = query.First("resourceVersion"),
            ResourceVersionMatch = query.First("resourceVersionMatch"),
            Limit = query.Integer("limit") ?? 0,
            Continue = query.First("continue"),
            HasSendInitialEvents = query.Has("sendInitialEvents"),
        };
        request.Check();
        return request with { Selection = ObjectSelection.Of(operation.Resource.Definition, labels, fields) };
    }
}
