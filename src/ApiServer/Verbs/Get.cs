using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>GET of one object.</summary>
internal sealed class Get(TimeProvider time)
{
    /// <summary>Answers with the object, from the cache, as new as ?resourceVersion= asks for.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ObjectWriter.Negotiate(context, operation.Resource);
        var found = await operation.Store.GetAsync(operation.Key, context.Query.First("resourceVersion"), context.Cancel);
        await ObjectWriter.WriteAsync(context, 200, operation.Resource, found, form, time.GetUtcNow(), context.Cancel);
    }
}
