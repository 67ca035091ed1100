using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;

namespace ControlPlane.Registry.Writes;

/// <summary>The last word before a write: validating admission. Runs inside the compare-and-swap, so perhaps more than once.</summary>
/// <param name="value">The object as it would be stored; null for a deletion.</param>
/// <param name="old">The object as it is; null for a creation.</param>
/// <param name="cancel">Ends with the request.</param>
/// <exception cref="Machinery.Errors.ApiException">The write is refused.</exception>
public delegate ValueTask AdmitWrite(IApiObject? value, IApiObject? old, CancellationToken cancel);

/// <summary>What an update makes of the object: called with the newest version, again after every lost race, with null where there is none.</summary>
/// <returns>The object as it shall be, in the hub's version, defaulted; the resourceVersion that the client gave, or "" for "whatever is there".</returns>
/// <exception cref="Machinery.Errors.ApiException">The update is refused.</exception>
public delegate ValueTask<IApiObject> ChangeObject(StoredObject? current, CancellationToken cancel);

/// <summary>What every write needs to know.</summary>
public abstract record WriteRequest
{
    /// <summary>Who writes, when, and to which subresource.</summary>
    public required WriteContext Context { get; init; }

    /// <summary>Do all but store.</summary>
    public bool DryRun { get; init; }

    /// <summary>Validating admission; null for none.</summary>
    public AdmitWrite? Admit { get; init; }

    /// <summary>Takes texts for the Warning header; null where nobody listens.</summary>
    public Action<string>? Warn { get; init; }
}

/// <summary>For creates.</summary>
public sealed record CreateRequest : WriteRequest
{
    /// <summary>
    /// Mutating admission and the like, told the object once its name and uid are known; called again, from the object that the client sent, when a generated name was taken.
    /// </summary>
    public Func<IApiObject, CancellationToken, ValueTask<IApiObject>>? Prepare { get; init; }
}

/// <summary>For updates of an object or of one of its subresources.</summary>
public sealed record UpdateRequest : WriteRequest
{
    /// <summary>Create what does not exist even where the resource does not do so on PUT (server-side apply).</summary>
    public bool ForceCreate { get; init; }

    /// <summary>Validating admission where the update turns out to be a creation; null: <see cref="WriteRequest.Admit"/> is asked.</summary>
    public AdmitWrite? AdmitCreate { get; init; }

    /// <summary>The object must have this uid; null for any. A PUT whose body has a uid asks for this.</summary>
    public string? RequiredUid { get; init; }
}

/// <summary>For deletes.</summary>
public sealed record DeleteRequest : WriteRequest
{
    /// <summary>What the client said.</summary>
    public DeleteOptions Options { get; init; } = new();
}

/// <summary>What an update did.</summary>
/// <param name="Object">The object as a read would now give it.</param>
/// <param name="WasCreated">There was none before: 201 rather than 200.</param>
/// <param name="WasDeleted">The update removed the last finalizer of a terminating object, which is therefore gone.</param>
public readonly record struct UpdateResult(StoredObject Object, bool WasCreated, bool WasDeleted);

/// <summary>What a delete did.</summary>
/// <param name="Object">The last state of a deleted object, or the present state of one that is going to be.</param>
/// <param name="WasDeleted">It is gone (false: it waits for finalizers or for its grace period).</param>
public readonly record struct DeleteResult(StoredObject Object, bool WasDeleted);
