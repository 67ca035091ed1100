using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>POST to a collection.</summary>
internal sealed class Create(Writes writes, TimeProvider time)
{
    /// <summary>Creates what the body says, and answers with the object as it is stored.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ObjectWriter.Negotiate(context, operation.Resource);
        operation = operation with { Parameters = WriteParameters.Of(context.Query, "CreateOptions") };
        var value = await ObjectBody.ReadAsync(context, operation);
        var made = await writes.CreateAsync(operation, value, context.Cancel);
        await ObjectWriter.WriteAsync(context, 201, operation.Resource, made, form, time.GetUtcNow(), context.Cancel);
    }
}
