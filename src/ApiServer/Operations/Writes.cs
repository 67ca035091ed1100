using ControlPlane.ApiServer.Admission;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Features;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;

namespace ControlPlane.ApiServer.Operations;

/// <summary>
/// What every write goes through, whichever way it came: field management, mutating admission, the kind's rules, validating admission, and the store, in
/// this order. Updates do all of it again from the newest object when another write came first.
/// </summary>
internal sealed class Writes(AdmissionChain admission, FieldManagement fields, TimeProvider time, FeatureGates features)
{
    /// <summary>Creates an object.</summary>
    /// <param name="operation">Whose namespace the object gets.</param>
    /// <param name="value">The object in the hub's version, defaulted.</param>
    /// <param name="cancel">Ends with the request.</param>
    public ValueTask<StoredObject> CreateAsync(Operation operation, IApiObject value, CancellationToken cancel) =>
        operation.Store.CreateAsync(
            InNamespace(operation, value),
            new CreateRequest
            {
                Context = operation.Context(time.GetUtcNow(), features),
                DryRun = operation.Parameters.DryRun,
                Warn = operation.Warn,
                Prepare = async (made, ending) =>
                    await MutateAsync(operation, AdmissionOperation.Create, fields.OnUpdate(operation, null, OwnerReferences.Dedup(made, operation.Warn)), null, ending),
                Admit = (made, _, ending) => admission.ValidateAsync(operation.Admission(AdmissionOperation.Create, made, null), ending),
            },
            cancel);

    /// <summary>Replaces an object, or the part of it that the subresource stands for.</summary>
    /// <param name="operation">What is replaced.</param>
    /// <param name="change">What becomes of the newest version; the result in the hub's version, defaulted. Called again after every lost race.</param>
    /// <param name="createsMissing">A missing object is created whatever the resource says (server-side apply).</param>
    /// <param name="requiredUid">The object must be this one; null for any.</param>
    /// <param name="cancel">Ends with the request.</param>
    public ValueTask<UpdateResult> UpdateAsync(Operation operation, ManagedChange change, bool createsMissing, string? requiredUid, CancellationToken cancel) =>
        operation.Store.UpdateAsync(
            operation.Key,
            async (current, ending) =>
            {
                var made = OwnerReferences.Dedup(await change(current, ending), operation.Warn);
                return current is null
                    ? await MutateAsync(operation, AdmissionOperation.Create, made, null, ending)
                    : await MutateAsync(operation, AdmissionOperation.Update, made, current.Record, ending);
            },
            new UpdateRequest
            {
                Context = operation.Context(time.GetUtcNow(), features),
                DryRun = operation.Parameters.DryRun,
                Warn = operation.Warn,
                ForceCreate = createsMissing,
                RequiredUid = requiredUid,
                Admit = (made, old, ending) => admission.ValidateAsync(
                    operation.Admission(made is null ? AdmissionOperation.Delete : AdmissionOperation.Update, made, old), ending),
                AdmitCreate = (made, _, ending) => admission.ValidateAsync(operation.Admission(AdmissionOperation.Create, made, null), ending),
            },
            cancel);

    /// <summary>Removes an object, or marks it when it has a grace period or finalizers.</summary>
    public ValueTask<DeleteResult> DeleteAsync(Operation operation, DeleteOptions options, CancellationToken cancel) =>
        operation.Store.DeleteAsync(operation.Key, Deletion(operation, options), cancel);

    /// <summary>Removes what a list selects.</summary>
    public ValueTask<DeletedCollection> DeleteCollectionAsync(
        Operation operation, ListRequest selected, DeleteOptions options, CancellationToken cancel) =>
        operation.Store.DeleteCollectionAsync(selected, Deletion(operation, options), cancel);

    /// <summary>The object in the namespace of the request.</summary>
    /// <exception cref="ApiException">400: it says that it is in another.</exception>
    public static IApiObject InNamespace(Operation operation, IApiObject value)
    {
        var said = value.Metadata.Namespace;
        if (said == operation.Namespace)
            return value;
        if (said.Length > 0 && operation.Namespace.Length > 0)
            throw ApiError.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        return value.WithMetadata(value.Metadata with { Namespace = operation.Namespace });
    }

    private DeleteRequest Deletion(Operation operation, DeleteOptions options) => new()
    {
        Context = operation.Context(time.GetUtcNow(), features),
        DryRun = options.DryRun.Count > 0,
        Options = options,
        Warn = operation.Warn,
        Admit = (made, old, ending) => admission.ValidateAsync(
            operation.Admission(AdmissionOperation.Delete, null, old) with { Name = old?.Metadata.Name ?? operation.Name, Namespace = old?.Metadata.Namespace ?? operation.Namespace, DryRun = options.DryRun.Count > 0 },
            ending),
    };

    private async ValueTask<IApiObject> MutateAsync(
        Operation operation, AdmissionOperation kind, IApiObject value, IApiObject? old, CancellationToken cancel)
    {
        var made = await admission.MutateAsync(operation.Admission(kind, value, old), cancel);
        return OwnerReferences.Dedup(fields.AfterAdmission(value, made!), operation.Warn);
    }
}

/// <summary>What becomes of an object: null where there is none yet. The result carries its managedFields.</summary>
internal delegate ValueTask<IApiObject> ManagedChange(StoredObject? current, CancellationToken cancel);
