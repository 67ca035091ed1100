using System.Collections.Frozen;
using System.Collections.Immutable;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>
/// Keeps track of who owns which field of one resource at one version: every write moves ownership, and an apply is checked against it.
/// </summary>
/// <remarks>
/// <para>Invariants. A field changed or removed by a write is owned by nobody but its writer afterwards. An applier owns exactly what its last
/// configuration states; what it states no more and nobody else owns is removed from the object. A conflict is a field that an apply changes or adds
/// and that another manager owns. Owners of nothing do not exist. Fields that the server sets are owned by nobody.</para>
/// <para>Trees that share subtrees with the live object are compared in time that grows with what changed.</para>
/// </remarks>
public sealed class FieldManager
{
    private const string BeforeFirstApply = "before-first-apply";

    private static readonly FieldSet SystemFields = FieldSet.Of(
        FieldPath.Of("apiVersion"), FieldPath.Of("kind"), FieldPath.Of("metadata"), FieldPath.Of("metadata", "name"), FieldPath.Of("metadata", "namespace"),
        FieldPath.Of("metadata", "creationTimestamp"), FieldPath.Of("metadata", "selfLink"), FieldPath.Of("metadata", "uid"),
        FieldPath.Of("metadata", "clusterName"), FieldPath.Of("metadata", "generation"), FieldPath.Of("metadata", "managedFields"),
        FieldPath.Of("metadata", "resourceVersion"));

    private CreatedShapes? _shapes;

    /// <summary>The type of the object at this version.</summary>
    public required TypeDescriptor Type { get; init; }

    /// <summary>"apps/v1".</summary>
    public required string ApiVersion { get; init; }

    /// <summary>"" for the object itself, "status" or another.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>By version: what this endpoint does not write and so nobody owns by writing there (status at the main endpoint, spec at /status).</summary>
    public FrozenDictionary<string, FieldSet> ResetFields { get; init; } = FrozenDictionary<string, FieldSet>.Empty;

    /// <summary>Gives an object at another version; owners at versions it does not know are dropped. Without it only <see cref="ApiVersion"/> is known.</summary>
    public ConvertVersion? Convert { get; init; }

    /// <summary>A write that is not an apply.</summary>
    /// <param name="live">The stored object; null for a create.</param>
    /// <param name="liveOwners">Its owners.</param>
    /// <param name="updated">The object to be written, with what the request says in metadata.managedFields (heeded except at subresources).</param>
    /// <param name="manager">Who writes.</param>
    /// <param name="time">Now.</param>
    /// <returns>The owners to store with it; none where the object is not tracked (a reset, or one that never was).</returns>
    public ManagedFields Update(TreeObject? live, ManagedFields liveOwners, TreeObject updated, string manager, Timestamp time)
    {
        var owners = Subresource.Length > 0 ? liveOwners : LiveOrSupplied(live, liveOwners, updated);
        if (owners.Count == 0 && live is not null)
            return ManagedFields.Empty;
        return live is null && owners.Count == 0 ? Created(updated, manager, time) : Track(live ?? EmptyObject.Of(Type), owners, updated, manager, time);
    }

    /// <summary>A server-side apply.</summary>
    /// <param name="live">The stored object; null where the apply creates it.</param>
    /// <param name="liveOwners">Its owners.</param>
    /// <param name="applied">The configuration.</param>
    /// <param name="manager">Who applies.</param>
    /// <param name="force">Take fields over from others instead of failing.</param>
    /// <param name="time">Now.</param>
    /// <exception cref="ApplyException">The configuration is of another version, names managedFields, or does not fit the type.</exception>
    public ApplyOutcome Apply(TreeObject? live, ManagedFields liveOwners, TreeObject applied, string manager, bool force, Timestamp time)
    {
        Check(applied);
        var owners = liveOwners;
        if (owners.Count == 0 && live is not null)
            owners = Track(EmptyObject.Of(Type), owners, live, BeforeFirstApply, time);
        var outcome = Merge(live, owners, applied, manager, force, time);
        if (manager != LastApplied.Manager || live is null)
            return outcome;
        if (outcome is ApplyOutcome.Conflicted conflicted && LastApplied.Unchanged(Type, live) is { } unchanged)
        {
            // kubectl moves from client-side to server-side apply: what its last client-side apply wrote, and nobody changed, is its own.
            var foreign = conflicted.Conflicts.Where(conflict => !unchanged.Has(conflict.Path)).ToImmutableArray();
            outcome = foreign.IsEmpty ? Merge(live, owners, applied, manager, force: true, time) : new ApplyOutcome.Conflicted(foreign);
        }

        return outcome is ApplyOutcome.Merged merged ? LastApplied.Record(merged, live, applied) : outcome;
    }

    private static ManagedFields LiveOrSupplied(TreeObject? live, ManagedFields liveOwners, TreeObject updated)
    {
        var supplied = updated.Object("metadata")?.List("managedFields");
        if (supplied is null || supplied.Count == 0)
            return liveOwners;
        if (ManagedFields.IsReset(supplied))
            return ManagedFields.Empty;
        if (supplied.Equals(live?.Object("metadata")?.List("managedFields")))
            return liveOwners;
        try
        {
            return ManagedFields.Read(supplied);
        }
        catch (ManagedFieldsException)
        {
            return liveOwners;
        }
    }

    private static FieldSet WithoutSystemFields(FieldSet fields) => fields.Difference(SystemFields);

    private void Check(TreeObject applied)
    {
        var version = applied.String("apiVersion") ?? "";
        if (version != ApiVersion)
            throw new ApplyException($"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {ApiVersion}");
        if (applied.Object("metadata")?.Has("managedFields") == true)
            throw new ApplyException("metadata.managedFields must be nil");
        if (TypedCheck.Errors(Type, applied) is not { } errors)
            return;
        var metadata = applied.Object("metadata");
        var (group, number) = version.Split('/') is [var first, var second] ? (first, second) : ("", version);
        var kind = $"{group}/{number}, Kind={applied.String("kind")}";
        throw new ApplyException($"failed to create typed patch object ({metadata?.String("namespace")}/{metadata?.String("name")}; {kind}): {errors}");
    }

    private ManagedFields Created(TreeObject created, string manager, Timestamp time)
    {
        _shapes ??= new CreatedShapes(Type);
        var owned = _shapes.Owned(created, made =>
        {
            var nothing = EmptyObject.Of(Type);
            return Written(new OwnerTable(this, ManagedFields.Empty, nothing).Compare(nothing, made));
        });
        return owned.IsEmpty ? ManagedFields.Empty : ManagedFields.Of([Owner(manager, FieldOperation.Update, owned, time)]);
    }

    private ManagedFields Track(TreeObject live, ManagedFields liveOwners, TreeObject updated, string manager, Timestamp time)
    {
        var owners = new OwnerTable(this, liveOwners, live);
        var changes = owners.Compare(live, updated);
        owners.Yield(changes, except: null);
        var own = Written(changes);
        if (!own.IsEmpty)
            owners.Add(Owner(manager, FieldOperation.Update, own, time));
        return owners.Capped();
    }

    // What a write makes its writer own.
    private FieldSet Written(OwnerTable.Changes changes) => WithoutSystemFields(changes.At(ApiVersion).Written.Difference(changes.At(ApiVersion).Removed));

    private ApplyOutcome Merge(TreeObject? live, ManagedFields liveOwners, TreeObject applied, string manager, bool force, Timestamp time)
    {
        var before = live ?? TreeObject.Empty;
        var owners = new OwnerTable(this, liveOwners, before);
        var stated = OwnedFields.Of(Type, applied);
        if (ResetFields.TryGetValue(ApiVersion, out var reset))
            stated = stated.RecursiveDifference(reset);
        var self = Owner(manager, FieldOperation.Apply, stated, null);
        var last = owners.Replace(self);

        var merged = TypedMerge.Merge(Type, before, applied);
        if (last is not null && !(last.ApiVersion == ApiVersion && stated.Contains(last.Fields)))
            merged = new Abandonment(this, owners, last).Prune(merged);

        var changes = owners.Compare(before, merged);
        if (!force && owners.Conflicts(changes, self) is { IsEmpty: false } conflicts)
            return new ApplyOutcome.Conflicted(conflicts);
        owners.Yield(changes, except: self);

        var isChanged = !ReferenceEquals(merged, before) && !merged.Equals(before);
        var kept = WithoutSystemFields(stated);
        var isMoved = isChanged || last is null || !last.Fields.Equals(kept);
        owners.Replace(self with { Fields = kept, Time = isMoved ? time : last!.Time });
        return new ApplyOutcome.Merged(merged, owners.Capped(), isChanged);
    }

    private FieldOwner Owner(string manager, FieldOperation operation, FieldSet fields, Timestamp? time) =>
        new(manager.Length == 0 ? "unknown" : manager, operation, ApiVersion, Subresource, time, fields);
}

/// <summary>Gives an object of one version at another one.</summary>
/// <returns>null where that version is not served any more.</returns>
public delegate VersionedObject? ConvertVersion(TreeObject value, string from, string to);

/// <summary>An object at some version, with the type that it has there.</summary>
public sealed record VersionedObject(TreeObject Object, TypeDescriptor Type);
