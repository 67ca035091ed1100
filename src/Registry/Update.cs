using System.Globalization;
using System.Runtime.ExceptionServices;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;

namespace ControlPlane.Registry;

/// <content>Updating: the change is made from the newest object until it is stored, refused, or nothing is left to change.</content>
public sealed partial class ResourceStore
{
    // Upstream tries until the request's deadline; this is far beyond what deadlines allow.
    private const int MaxAttempts = 1000;

    /// <inheritdoc/>
    public async partial ValueTask<UpdateResult> UpdateAsync(ObjectKey key, ChangeObject change, UpdateRequest request, CancellationToken cancel)
    {
        await _cache.Ready.WaitAsync(cancel);
        return await FromNewestAsync(key, current => TryUpdateAsync(key, current, change, request, cancel), cancel);
    }

    /// <summary>
    /// Tries with the object as the cache has it, and again with what the store says instead. A refusal counts only if the object was the newest:
    /// the cache may be behind what the client has already seen.
    /// </summary>
    private async ValueTask<T> FromNewestAsync<T>(ObjectKey key, Func<StoredObject?, ValueTask<WriteStep<T>>> write, CancellationToken cancel)
        where T : struct
    {
        var current = FindCached(key);
        var isNewest = false;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            WriteStep<T> step = default;
            ExceptionDispatchInfo? refused = null;
            try
            {
                step = await write(current);
                if (step.Result is { } result && (isNewest || !step.NeedsNewest))
                    return result;
            }
            catch (ApiException refusal) when (!isNewest)
            {
                refused = ExceptionDispatchInfo.Capture(refusal);
            }

            var newest = step.Newer ?? await FindAsync(key, cancel);
            // What was found out about an object that turns out to be the newest holds.
            if (newest?.StoreRevision == current?.StoreRevision)
            {
                refused?.Throw();
                if (step.Result is { } known)
                    return known;
            }

            (current, isNewest) = (newest, true);
        }

        throw ApiError.Modified(Definition.Resource, key.Name);
    }

    private async ValueTask<WriteStep<UpdateResult>> TryUpdateAsync(
        ObjectKey key, StoredObject? current, ChangeObject change, UpdateRequest request, CancellationToken cancel)
    {
        RequireUid(key, current, request);
        if (current is null)
            return await TryCreateOnUpdateAsync(key, change, request, cancel);
        var old = current.Record;
        var changed = AtVersion(await change(current, cancel), current);
        var attempt = new WriteAttempt(Definition, PreparedForUpdate(changed, old, request.Context), old, request, new TransactionBuilder(_store));
        try
        {
            await RunHooksAsync(attempt, cancel);
            await CheckUpdateAsync(attempt.Value!, old, request, cancel);
            return await FinishUpdateAsync(attempt, current, cancel);
        }
        finally
        {
            attempt.Transaction.Tell(committed: false);
        }
    }

    private async ValueTask<WriteStep<UpdateResult>> FinishUpdateAsync(WriteAttempt attempt, StoredObject current, CancellationToken cancel)
    {
        var value = attempt.Value!;
        if (DeletionPlan.IsFinished(Definition, value, attempt.Old!.Metadata))
            return await FinishDeletionAsync(attempt, current, value, cancel);
        if (ChangeDetection.IsSame(value, attempt.Old))
            return new(new UpdateResult(current, false, false), null, NeedsNewest: true);
        var outcome = await CommitAsync(attempt, current, cancel);
        return outcome.Written is { } written
            ? new(new UpdateResult(written, false, false), null, NeedsNewest: attempt.Request.DryRun || ReferenceEquals(written, current))
            : new(null, outcome.Current);
    }

    private async ValueTask<WriteStep<UpdateResult>> FinishDeletionAsync(WriteAttempt attempt, StoredObject current, IApiObject last, CancellationToken cancel)
    {
        var removal = new WriteAttempt(Definition, null, attempt.Old, attempt.Request, new TransactionBuilder(_store));
        try
        {
            await RunHooksAsync(removal, cancel);
            var outcome = await CommitDeletionAsync(removal, current, last, cancel);
            return outcome.Written is { } gone ? new(new UpdateResult(gone, false, WasDeleted: true), null) : new(null, outcome.Current);
        }
        finally
        {
            removal.Transaction.Tell(committed: false);
        }
    }

    private async ValueTask<WriteStep<UpdateResult>> TryCreateOnUpdateAsync(ObjectKey key, ChangeObject change, UpdateRequest request, CancellationToken cancel)
    {
        if (!Definition.Traits.CreatesOnUpdate && !request.ForceCreate)
            throw ApiError.NotFound(Definition.Resource, key.Name);
        var value = await change(null, cancel);
        if (value.Metadata.ResourceVersion is not ("" or "0"))
            throw ApiError.Modified(Definition.Resource, key.Name);
        value = SystemFields.ForCreate(value.WithMetadata(value.Metadata with { ResourceVersion = "" }), _clock.GetUtcNow(), _random);
        var created = await TryCreateAsync(value, request, request.AdmitCreate ?? request.Admit, cancel);
        return created is null ? default : new(new UpdateResult(created, WasCreated: true, false), null);
    }

    private void RequireUid(ObjectKey key, StoredObject? current, UpdateRequest request)
    {
        var uid = current?.Record.Metadata.Uid ?? "";
        if (request.RequiredUid is not { } required || required == uid)
            return;
        throw ApiError.Conflict(
            Definition.Resource,
            key.Name,
            $"StorageError: invalid object, Code: 4, Key: {_prefix}{PathOf(key)}, ResourceVersion: 0, "
            + $"AdditionalErrorMsg: Precondition failed: UID in precondition: {required}, UID in object meta: {uid}");
    }

    private IApiObject AtVersion(IApiObject value, StoredObject current)
    {
        var metadata = value.Metadata;
        if (metadata.ResourceVersion == current.ResourceVersion)
            return value;
        if (metadata.ResourceVersion is not ("" or "0"))
            throw VersionMismatch(metadata);
        if (!Definition.Traits.UpdateNeedsVersion)
            return value.WithMetadata(metadata with { ResourceVersion = current.ResourceVersion });
        var errors = new FieldErrors();
        errors.At("metadata").At("resourceVersion").Invalid(0, "must be specified for an update");
        throw ApiError.Invalid(new GroupKind(Definition.Info.Group, Definition.Info.Plural), metadata.Name, errors.All);
    }

    private ApiException VersionMismatch(ObjectMeta metadata) =>
        ulong.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? ApiError.Modified(Definition.Resource, metadata.Name)
            : ApiError.BadRequest($"invalid resource version {FieldErrors.Quote(metadata.ResourceVersion)}");

    private IApiObject PreparedForUpdate(IApiObject value, IApiObject old, WriteContext context)
    {
        value = SystemFields.ForUpdate(value, old.Metadata);
        value = (Definition.Traits.Status, context.Subresource) switch
        {
            ({ } status, "") => status.WithStatusOf(value, old),
            ({ } status, "status") => status.WithStatusOf(old, value).WithMetadata(value.Metadata),
            _ => value,
        };
        return Definition.PrepareForUpdate(value, old, context);
    }

    private async ValueTask CheckUpdateAsync(IApiObject value, IApiObject old, UpdateRequest request, CancellationToken cancel)
    {
        var errors = new FieldErrors();
        ObjectMetaRules.CheckUpdate(value.Metadata, old.Metadata, Definition.Traits, Definition.NameRule, IsBuiltIn, errors);
        switch (request.Context.Subresource)
        {
            case "status" when Definition.Traits.Status is { } status:
                status.Validate?.Invoke(value, old, errors);
                break;
            default:
                Definition.ValidateUpdate(value, old, request.Context, errors);
                break;
        }

        Refuse(errors, value);
        Warn(request, value, old);
        if (request.Admit is not null)
            await request.Admit(value, old, cancel);
    }

    /// <summary>One attempt's end.</summary>
    /// <param name="Result">Done; null: try again.</param>
    /// <param name="Newer">From here; null: from what the store says.</param>
    /// <param name="NeedsNewest">Nothing was written, so nothing has proved that the object was the newest.</param>
    private readonly record struct WriteStep<T>(T? Result, StoredObject? Newer, bool NeedsNewest = false)
        where T : struct;
}
