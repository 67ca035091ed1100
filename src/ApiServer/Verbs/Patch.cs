using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>PATCH: changes parts of an object, starting from its newest version, again and again until no other write came between.</summary>
internal sealed class Patch(Writes writes, FieldManagement fields, TimeProvider time)
{
    /// <summary>Changes the object as the body says, and answers with it as it is stored.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ObjectWriter.Negotiate(context, operation.Resource);
        var kind = PatchDocument.KindOf(context.Http.Request.ContentType, operation.Resource.Version.HasProtobuf);
        operation = operation with { Parameters = WriteParameters.OfPatch(context.Query, kind == PatchKind.Apply) };
        var done = await RunAsync(operation, kind, await RequestBody.ReadAsync(context.Http, context.Cancel), context.Cancel);
        await ObjectWriter.WriteAsync(context, done.WasCreated ? 201 : 200, operation.Resource, done.Object, form, time.GetUtcNow(), context.Cancel);
    }

    /// <summary>Applies a patch document.</summary>
    /// <exception cref="ApiException">400, 409, 413, 422: the document is no good, or does not fit the object.</exception>
    public ValueTask<UpdateResult> RunAsync(Operation operation, PatchKind kind, ReadOnlyMemory<byte> document, CancellationToken cancel)
    {
        var isApply = kind == PatchKind.Apply;
        var patch = PatchDocument.Read(kind, document, operation.Parameters.FieldValidation, operation.Warn);
        return writes.UpdateAsync(
            operation,
            (current, _) => ValueTask.FromResult(isApply ? Applied(operation, patch, current) : Patched(operation, patch, current)),
            createsMissing: isApply && operation.Subresource.Length == 0,
            requiredUid: null,
            cancel);
    }

    private IApiObject Patched(Operation operation, PatchDocument patch, StoredObject? current)
    {
        if (current is null)
            throw ApiError.NotFound(operation.Resource.Resource, operation.Name);
        var value = patch.ApplyTo(current, operation);
        return fields.OnUpdate(operation, current, ObjectBody.ToHub(operation.Resource, value));
    }

    private IApiObject Applied(Operation operation, PatchDocument patch, StoredObject? current)
    {
        var configuration = patch.Configuration(operation);
        var outcome = fields.OnApply(operation, current, configuration);
        // An apply that changes nothing leaves the times of managedFields alone too; the registry then sees that there is nothing to write.
        var value = PatchDocument.Decode(outcome.Object, operation);
        return FieldManagement.With(ObjectBody.ToHub(operation.Resource, value), outcome.Owners);
    }
}
