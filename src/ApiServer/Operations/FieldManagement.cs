using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;

namespace ControlPlane.ApiServer.Operations;

/// <summary>Keeps metadata.managedFields right through every write: the bridge from records to the field manager's trees.</summary>
internal sealed class FieldManagement(TimeProvider time)
{
    // Definitions of custom resources come and go, and what was made for one goes with it.
    private readonly ConditionalWeakTable<ResourceDefinition, ConcurrentDictionary<(ServedVersion Version, string Subresource), FieldManager>> _managers = [];

    /// <summary>The object with its managedFields as they are after a write that is no apply.</summary>
    /// <param name="operation">Who writes, in which version.</param>
    /// <param name="current">The stored object; null for a create.</param>
    /// <param name="value">What shall be stored, in the hub's version, defaulted, not yet seen by admission.</param>
    /// <exception cref="ApiException">400: the object nests too deep.</exception>
    public IApiObject OnUpdate(Operation operation, StoredObject? current, IApiObject value)
    {
        var (live, updated) = Trees(operation.Resource, current, value);
        var owners = Manager(operation).Update(live, OwnersOf(current), updated, operation.Manager, Timestamp.From(time.GetUtcNow()));
        return With(value, owners);
    }

    /// <summary>The outcome of a server-side apply.</summary>
    /// <exception cref="ApiException">400: the configuration cannot be applied. 409: other managers own fields that it would change.</exception>
    public ApplyOutcome.Merged OnApply(Operation operation, StoredObject? current, TreeObject applied)
    {
        var version = operation.Resource.Version;
        var live = current is null ? null : DocumentTree.Read(current.JsonOf(version).Span);
        try
        {
            var outcome = Manager(operation).Apply(live, OwnersOf(current), applied, operation.Manager, operation.Parameters.Force, Timestamp.From(time.GetUtcNow()));
            return outcome as ApplyOutcome.Merged ?? throw Conflict((ApplyOutcome.Conflicted)outcome);
        }
        catch (ApplyException refused)
        {
            throw ApiError.BadRequest(refused.Message);
        }
    }

    /// <summary>The object with these owners.</summary>
    public static IApiObject With(IApiObject value, ManagedFields owners) =>
        value.WithMetadata(value.Metadata with { ManagedFields = owners.ToEntries() });

    /// <summary>What admission made of an object, unless it spoiled managedFields: then those from before count (apiserver: managedFieldsValidatingAdmissionController).</summary>
    public IApiObject AfterAdmission(IApiObject before, IApiObject after) =>
        after.Metadata.ManagedFields == before.Metadata.ManagedFields || TryRead(after.Metadata.ManagedFields, out _)
            ? after
            : after.WithMetadata(after.Metadata with { ManagedFields = before.Metadata.ManagedFields });

    // Members that are the same before and after say nothing of who owns what; where no other version has to be made of them, they are left out.
    private static (TreeObject? Live, TreeObject Updated) Trees(ServedResource resource, StoredObject? current, IApiObject value)
    {
        var version = resource.Version;
        if (current is null)
            return (null, DocumentTree.Read(version.WriteJson(version.FromHub(value))));
        if (!version.IsHub || resource.Definition.Versions.Length > 1)
            return (DocumentTree.Read(current.JsonOf(version).Span), DocumentTree.Read(version.WriteJson(version.FromHub(value))));
        var (before, after) = (current.Record, value);
        if (before.Metadata.ManagedFields == after.Metadata.ManagedFields)
            (before, after) = (With(before, ManagedFields.Empty), With(after, ManagedFields.Empty));
        var unlike = before.MembersUnlike(after);
        return (DocumentTree.Read(version.WriteJson(before.OnlyMembers(unlike))), DocumentTree.Read(version.WriteJson(after.OnlyMembers(unlike))));
    }

    private static ManagedFields OwnersOf(StoredObject? current)
    {
        if (current is null)
            return ManagedFields.Empty;
        if (current.ManagedFields is ManagedFields parsed)
            return parsed;
        // What cannot be read is forgotten rather than in everybody's way (fieldmanager: UpdateNoErrors).
        var owners = TryRead(current.Record.Metadata.ManagedFields, out var read) ? read : ManagedFields.Empty;
        current.ManagedFields = owners;
        return owners;
    }

    private static bool TryRead(ValueList<ManagedFieldsEntry> entries, out ManagedFields owners)
    {
        owners = ManagedFields.Empty;
        try
        {
            owners = ManagedFields.Read(entries);
            return true;
        }
        catch (ManagedFieldsException)
        {
            return false;
        }
    }

    private static ApiException Conflict(ApplyOutcome.Conflicted conflicted) => ApiError.ApplyConflict(
        conflicted.Message,
        conflicted.Conflicts.Select(conflict => new StatusCause { Reason = "FieldManagerConflict", Message = conflict.Message, Field = conflict.Field }));

    private FieldManager Manager(Operation operation) => _managers.GetValue(operation.Resource.Definition, static _ => new()).GetOrAdd(
        (operation.Resource.Version, operation.Subresource), static (key, definition) => Create(definition, key.Version, key.Subresource), operation.Resource.Definition);

    private static FieldManager Create(ResourceDefinition definition, ServedVersion version, string subresource)
    {
        var traits = version.Traits ?? definition.Traits;
        var reset = subresource == "status" ? traits.StatusResetFields : traits.ResetFields;
        var fields = FieldSet.Of([.. reset.Select(path => FieldPath.Of(path.Split('.')))]);
        return new FieldManager
        {
            Type = version.Schema,
            ApiVersion = version.Kind.ApiVersion,
            Subresource = subresource,
            ResetFields = definition.Versions.ToFrozenDictionary(served => served.Kind.ApiVersion, _ => fields),
            Convert = (value, from, to) => Convert(definition, value, from, to),
        };
    }

    private static VersionedObject? Convert(ResourceDefinition definition, TreeObject value, string from, string to)
    {
        var source = definition.Versions.FirstOrDefault(version => version.Kind.ApiVersion == from);
        var target = definition.Versions.FirstOrDefault(version => version.Kind.ApiVersion == to);
        if (source is null || target is null)
            return null;
        var hub = source.ToHub(source.ReadJson(TreeWriter.ToBytes(value), null));
        return new VersionedObject(TreeReader.ReadObject(target.WriteJson(target.FromHub(hub))), target.Schema);
    }
}
