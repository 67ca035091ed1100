using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <content>Creating: name, system fields, checks, and one transaction.</content>
public sealed partial class ResourceStore
{
    /// <inheritdoc/>
    public async partial ValueTask<StoredObject> CreateAsync(IApiObject value, CreateRequest request, CancellationToken cancel)
    {
        // etcd3: store.Create, which overlooks what is no version; its answer is a 500, but the fault is the client's.
        if (ulong.TryParse(value.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version != 0)
            throw ApiError.BadRequest("resourceVersion should not be set on objects to be created");
        if (value.Metadata.ResourceVersion.Length > 0)
            value = value.WithMetadata(value.Metadata with { ResourceVersion = "" });
        for (var attempt = 1; ; attempt++)
        {
            var named = SystemFields.ForCreate(value, _clock.GetUtcNow(), _random);
            if (request.Prepare is not null)
                named = await request.Prepare(named, cancel);
            if (await TryCreateAsync(named, request, request.Admit, cancel) is { } created)
                return created;
            // Another object has the name. One that was generated can be generated again.
            if (value.Metadata is not { Name.Length: 0, GenerateName.Length: > 0 })
                throw AlreadyExists(named);
            if (attempt == NameGeneration.MaxAttempts)
                throw NameGeneration.Exhausted(Definition.Resource, named.Metadata.Name);
        }
    }

    // Null: there is an object of that name.
    private async ValueTask<StoredObject?> TryCreateAsync(IApiObject value, WriteRequest request, AdmitWrite? admit, CancellationToken cancel)
    {
        while (true)
        {
            var attempt = new WriteAttempt(Definition, Prepared(value, request), null, request, new TransactionBuilder(_store));
            try
            {
                await RunHooksAsync(attempt, cancel);
                await CheckNewAsync(attempt.Value!, request, admit, cancel);
                var outcome = await CommitAsync(attempt, null, cancel);
                if (outcome.Written is not null)
                    return outcome.Written;
                if (outcome.Current is not null)
                    return null;
            }
            finally
            {
                attempt.Transaction.Tell(committed: false);
            }
        }
    }

    private IApiObject Prepared(IApiObject value, WriteRequest request)
    {
        if (Definition.Traits.Status is { IsKeptOnCreate: false } status)
            value = status.WithStatusOf(value, status.Empty);
        return Definition.PrepareForCreate(value, request.Context);
    }

    private async ValueTask CheckNewAsync(IApiObject value, WriteRequest request, AdmitWrite? admit, CancellationToken cancel)
    {
        var errors = new FieldErrors();
        ObjectMetaRules.CheckNew(value.Metadata, Definition.Info.IsNamespaced, Definition.NameRule, IsBuiltIn, errors);
        Definition.Validate(value, request.Context, errors);
        Refuse(errors, value);
        Warn(request, value, null);
        if (admit is not null)
            await admit(value, null, cancel);
    }

    private ApiException AlreadyExists(IApiObject value)
    {
        var taken = ApiError.AlreadyExists(Definition.Resource, value.Metadata.Name);
        var isGoing = FindCached(KeyOf(value)) is { Record.Metadata.DeletionTimestamp: not null };
        return isGoing ? new ApiException(taken.Status with { Message = "object is being deleted: " + taken.Message }) : taken;
    }

    private void Refuse(FieldErrors errors, IApiObject value)
    {
        if (!errors.IsEmpty)
            throw ApiError.Invalid(Definition.Hub.GroupKind, value.Metadata.Name, errors.All);
    }

    private void Warn(WriteRequest request, IApiObject value, IApiObject? old)
    {
        if (request.Warn is null)
            return;
        foreach (var text in Definition.Warnings(value, old))
            request.Warn(text);
    }

    // Custom resources are spared the stricter rule for finalizers; what is stored as JSON is one, or part of their machinery.
    private bool IsBuiltIn => !Definition.Info.IsStoredAsJson;

    private static ObjectKey KeyOf(IApiObject value) => new(value.Metadata.Namespace, value.Metadata.Name);
}
