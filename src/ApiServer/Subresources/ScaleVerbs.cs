using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.ApiServer.Verbs;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;
using ControlPlane.Types.Autoscaling.V1;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>/scale of every resource that declares one: how many there are, how many there shall be.</summary>
internal sealed class ScaleVerbs(Writes writes, FieldManagement fields)
{
    private static readonly BodyKind Kind = BodyKind.Of(Scale.Kind);

    /// <summary>Serves get, update and patch.</summary>
    public async Task HandleAsync(ApiContext context, Operation operation)
    {
        var form = Negotiation.Choose(context.Http.Request, MediaTypes.Objects, Negotiation.Views.None);
        var answer = context.Info.Verb switch
        {
            "get" => await GetAsync(operation, context.Query.First("resourceVersion"), context.Cancel),
            "update" => await UpdateAsync(context, operation),
            "patch" => await PatchAsync(context, operation),
            _ => throw ApiError.MethodNotAllowed(),
        };
        await ResponseWriter.WriteAsync(context, 200, answer, form, context.Cancel);
    }

    /// <summary>Reads the scale.</summary>
    public async ValueTask<Scale> GetAsync(Operation operation, string resourceVersion, CancellationToken cancel) =>
        Of(operation, (await operation.Store.GetAsync(operation.Key, resourceVersion, cancel)).Record);

    /// <summary>Sets the wanted number to what a change of the present scale says.</summary>
    public async ValueTask<Scale> ChangeAsync(Operation operation, Func<Scale, Scale> change, CancellationToken cancel)
    {
        var trait = operation.Resource.Traits.Scale!;
        var done = await writes.UpdateAsync(
            operation,
            (current, _) =>
            {
                if (current is null)
                    throw ApiError.NotFound(operation.Resource.Resource, operation.Name);
                var scale = change(Of(operation, current.Record));
                Check(scale, operation);
                var value = trait.WithReplicas(operation.Resource.Version.FromHub(current.Record), scale.Spec.Replicas);
                // A scale that says nothing of versions is about whatever is there, even where the object itself must say.
                if (scale.Metadata.ResourceVersion.Length > 0)
                    value = value.WithMetadata(value.Metadata with { ResourceVersion = scale.Metadata.ResourceVersion });
                return ValueTask.FromResult(fields.OnUpdate(operation, current, value));
            },
            createsMissing: false,
            requiredUid: null,
            cancel);
        return Of(operation, done.Object.Record);
    }

    /// <summary>Applies a patch document to the present scale.</summary>
    public ValueTask<Scale> PatchAsync(Operation operation, PatchKind kind, ReadOnlyMemory<byte> document, CancellationToken cancel)
    {
        var patch = PatchDocument.Read(kind == PatchKind.Apply ? PatchKind.Merge : kind, document, operation.Parameters.FieldValidation, operation.Warn);
        return ChangeAsync(operation, scale => (Scale)patch.ApplyTo(Json.Encode(scale), Kind, Scale.Descriptor, operation), cancel);
    }

    private static void Check(Scale scale, Operation operation)
    {
        var errors = new FieldErrors();
        if (scale.Spec.Replicas < 0)
            errors.At("spec.replicas").Invalid(scale.Spec.Replicas, "must be greater than or equal to 0");
        if (!errors.IsEmpty)
            throw ApiError.Invalid(Scale.Kind.GroupKind, operation.Name, errors.All);
    }

    private static Scale Of(Operation operation, IApiObject value)
    {
        var trait = operation.Resource.Traits.Scale ?? throw ApiError.PathNotFound();
        value = operation.Resource.Version.FromHub(value);
        var metadata = value.Metadata;
        return new Scale
        {
            Metadata = new ObjectMeta
            {
                Name = metadata.Name,
                Namespace = metadata.Namespace,
                Uid = metadata.Uid,
                ResourceVersion = metadata.ResourceVersion,
                CreationTimestamp = metadata.CreationTimestamp,
            },
            Spec = new ScaleSpec { Replicas = trait.SpecReplicas(value) },
            Status = new ScaleStatus { Replicas = trait.StatusReplicas(value), Selector = trait.Selector(value) },
        };
    }

    private async ValueTask<Scale> UpdateAsync(ApiContext context, Operation operation)
    {
        operation = operation with { Parameters = WriteParameters.Of(context.Query, "UpdateOptions") };
        var body = await RequestBody.ReadAsync(context.Http, context.Cancel);
        var scale = (Scale)BodyDecoder.Decode(body, context.Http.Request.ContentType, Kind, operation.Parameters.FieldValidation, operation.Warn);
        ObjectBody.Named(operation, scale);
        return await ChangeAsync(operation, _ => scale, context.Cancel);
    }

    private async ValueTask<Scale> PatchAsync(ApiContext context, Operation operation)
    {
        var kind = PatchDocument.KindOf(context.Http.Request.ContentType, hasStrategicMerge: true);
        operation = operation with { Parameters = WriteParameters.OfPatch(context.Query, kind == PatchKind.Apply) };
        return await PatchAsync(operation, kind, await RequestBody.ReadAsync(context.Http, context.Cancel), context.Cancel);
    }
}
