using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>PUT to an object or to one of its subresources that has the object's own form.</summary>
internal sealed class Update(Writes writes, FieldManagement fields, TimeProvider time)
{
    /// <summary>Replaces the object by the body, and answers with it as it is stored.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ObjectWriter.Negotiate(context, operation.Resource);
        operation = operation with { Parameters = WriteParameters.Of(context.Query, "UpdateOptions") };
        var value = ObjectBody.Named(operation, await ObjectBody.ReadAsync(context, operation));
        var done = await RunAsync(operation, value, context.Cancel);
        await ObjectWriter.WriteAsync(context, done.WasCreated ? 201 : 200, operation.Resource, done.Object, form, time.GetUtcNow(), context.Cancel);
    }

    /// <summary>Replaces the object by a value in the hub's version, defaulted.</summary>
    public ValueTask<Registry.Writes.UpdateResult> RunAsync(Operation operation, Machinery.Meta.IApiObject value, CancellationToken cancel) =>
        writes.UpdateAsync(
            operation,
            (current, _) => ValueTask.FromResult(fields.OnUpdate(operation, current, value)),
            createsMissing: false,
            value.Metadata.Uid is { Length: > 0 } uid ? uid : null,
            cancel);
}
