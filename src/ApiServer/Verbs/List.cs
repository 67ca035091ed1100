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
    /// <exception cref="ApiException">400: a parameter cannot be read.</exception>
    public static ListRequest Request(QueryParameters query, Operation operation) => new()
    {
        Namespace = operation.Namespace,
        Selection = ObjectSelection.Parse(operation.Resource.Definition, query.First("labelSelector"), query.First("fieldSelector")),
        ResourceVersion = query.First("resourceVersion"),
        ResourceVersionMatch = query.First("resourceVersionMatch"),
        Limit = query.Integer("limit") ?? 0,
        Continue = query.First("continue"),
        HasSendInitialEvents = query.Has("sendInitialEvents"),
    };
}
