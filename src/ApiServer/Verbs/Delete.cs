using System.Collections.Frozen;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Writes;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>DELETE of one object.</summary>
internal sealed class Delete(Writes writes, TimeProvider time)
{
    // Whose deletion is answered with the last state of the object, all others' with a Status (upstream: Store.ReturnDeletedObject).
    private static readonly FrozenSet<string> ReturnsObject = new[]
    {
        "pods", "services", "podtemplates", "persistentvolumes", "persistentvolumeclaims", "serviceaccounts", "resourcequotas",
        "storageclasses.storage.k8s.io", "volumeattachments.storage.k8s.io", "csidrivers.storage.k8s.io", "csinodes.storage.k8s.io",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Deletes the object, and answers with a Status, or with the object where it is still there or its kind is shown once more.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = ObjectWriter.Negotiate(context, operation.Resource);
        var options = await ReadOptionsAsync(context, operation);
        operation = operation with { Parameters = operation.Parameters with { DryRun = options.DryRun.Count > 0 } };
        var done = await writes.DeleteAsync(operation, options, context.Cancel);
        // apiserver: handlers/delete.go; what a client asked to wait for and is not gone yet has been accepted, no more
        var code = !done.WasDeleted && options.OrphanDependents == false ? 202 : 200;
        if (done.WasDeleted && !ReturnsObject.Contains(operation.Resource.Resource.ToString()))
            await ResponseWriter.WriteAsync(context, code, Gone(operation, done), form with { Shape = ObjectShape.Whole }, context.Cancel);
        else
            await ObjectWriter.WriteAsync(context, code, operation.Resource, done.Object, form, time.GetUtcNow(), context.Cancel);
    }

    /// <summary>The options: of the body where there is one, else of the query.</summary>
    /// <exception cref="ApiException">400, 415, 422.</exception>
    public static async ValueTask<DeleteOptions> ReadOptionsAsync(ApiContext context, Operation operation)
    {
        var body = await RequestBody.ReadAsync(context.Http, context.Cancel);
        var options = body.Length == 0
            ? DeleteParameters.Of(context.Query)
            : (DeleteOptions)BodyDecoder.Decode(
                body, context.Http.Request.ContentType, BodyKind.DeleteOptions(operation.Resource.Version.Kind.GroupVersion), FieldValidation.Ignore, operation.Warn);
        DeleteParameters.Check(options);
        return options;
    }

    private static Status Gone(Operation operation, DeleteResult done) => new()
    {
        Status_ = "Success",
        Details = new StatusDetails
        {
            Name = operation.Name,
            Group = operation.Resource.Resource.Group,
            Kind = operation.Resource.Resource.Resource,
            Uid = done.Object.Record.Metadata.Uid,
        },
    };
}
