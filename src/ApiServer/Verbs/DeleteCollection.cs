using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>DELETE of a collection.</summary>
internal sealed class DeleteCollection(Writes writes, TimeProvider time)
{
    /// <summary>Deletes what the selectors choose, and answers with the objects.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ListWriter.Negotiate(context, operation.Resource);
        var selected = List.Request(context.Query, operation);
        var options = await Delete.ReadOptionsAsync(context, operation);
        operation = operation with { Parameters = operation.Parameters with { DryRun = options.DryRun.Count > 0 } };
        var gone = await writes.DeleteCollectionAsync(operation, selected, options, context.Cancel);
        await ListWriter.WriteAsync(context, operation.Resource, gone.Items, gone.Revision.ToString(), form, time.GetUtcNow(), context.Cancel);
    }
}
