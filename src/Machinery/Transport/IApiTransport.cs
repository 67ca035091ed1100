using ControlPlane.Machinery.Meta;

namespace ControlPlane.Machinery.Transport;

/// <summary>
/// The client seam: the public API, whatever the way to it. In process, records go through authorization, admission and audit without being encoded;
/// over HTTPS the same requests are bytes. A transport speaks as one user.
/// </summary>
/// <remarks>Both ways throw <see cref="Errors.ApiException"/> with the server's Status for every refusal, and answer with shared, immutable records.</remarks>
public interface IApiTransport
{
    /// <summary>Get, create, update, patch and delete: one object in, one object out.</summary>
    /// <exception cref="Errors.ApiException">The server refused.</exception>
    ValueTask<TResult> SendAsync<TResult>(ApiRequest request, CancellationToken cancel)
        where TResult : class, IApiObject<TResult>;

    /// <summary>One page of a list (all of it where no limit is set).</summary>
    /// <exception cref="Errors.ApiException">The server refused; 410 when a continue token is too old.</exception>
    ValueTask<ObjectList<T>> ListAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>
    /// Changes as they happen, until the server ends the stream (then the enumeration ends) or refuses to go on
    /// (then it throws; 410 means: list again).
    /// </summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Deletes all objects that the request's selectors choose.</summary>
    ValueTask DeleteCollectionAsync(ApiRequest request, CancellationToken cancel);

    /// <summary>Any path, as bytes: discovery, health, logs. The caller disposes the stream.</summary>
    ValueTask<Stream> GetRawAsync(string pathAndQuery, CancellationToken cancel);
}

/// <summary>What is asked of the API. The verb follows from the member that it is given to, and from <see cref="Method"/>.</summary>
public sealed record ApiRequest
{
    /// <summary>Group, version and plural.</summary>
    public required GroupVersionResource Resource { get; init; }

    /// <summary>get, create, update, patch or delete; unused for lists and watches.</summary>
    public ApiMethod Method { get; init; }

    /// <summary>"" for cluster-scoped resources and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>"" for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>"" for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The object to create or update with.</summary>
    public IApiObject? Body { get; init; }

    /// <summary>The patch document (JSON).</summary>
    public ReadOnlyMemory<byte> Patch { get; init; }

    /// <summary>How the patch document is to be read.</summary>
    public PatchKind PatchKind { get; init; }

    /// <summary>For deletes.</summary>
    public DeleteOptions? Delete { get; init; }

    /// <summary>Who manages the fields that this write sets; "" for the user agent's name.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>Take fields over from other managers (apply only).</summary>
    public bool Force { get; init; }

    /// <summary>Do all but store.</summary>
    public bool DryRun { get; init; }

    /// <summary>Label selector in its string form.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>Field selector in its string form.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>For reads and watches; "" where nothing is asked.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>"", "Exact" or "NotOlderThan".</summary>
    public string ResourceVersionMatch { get; init; } = "";

    /// <summary>At most so many items; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Where the last page ended.</summary>
    public string Continue { get; init; } = "";

    /// <summary>Watches begin with the present state and a bookmark (WatchList).</summary>
    public bool SendInitialEvents { get; init; }

    /// <summary>Watches tell how far they are.</summary>
    public bool AllowWatchBookmarks { get; init; }

    /// <summary>The server ends the watch after this; none for its own choice.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What is done to one object.</summary>
public enum ApiMethod
{
    /// <summary>Read it.</summary>
    Get,

    /// <summary>Make it.</summary>
    Create,

    /// <summary>Replace it.</summary>
    Update,

    /// <summary>Change parts of it.</summary>
    Patch,

    /// <summary>Remove it.</summary>
    Delete,
}

/// <summary>The forms that a patch can have.</summary>
public enum PatchKind
{
    /// <summary>application/json-patch+json</summary>
    Json,

    /// <summary>application/merge-patch+json</summary>
    Merge,

    /// <summary>application/strategic-merge-patch+json</summary>
    StrategicMerge,

    /// <summary>application/apply-patch+yaml</summary>
    Apply,
}

/// <summary>Items of one moment.</summary>
/// <param name="Items">The objects, by key.</param>
/// <param name="ResourceVersion">The moment.</param>
/// <param name="Continue">Where to go on; "" at the end.</param>
public sealed record ObjectList<T>(IReadOnlyList<T> Items, string ResourceVersion, string Continue);

/// <summary>One change, or a bookmark.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after the change (before it, when deleted). A bookmark's has nothing but its resourceVersion and annotations.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object);

/// <summary>The kinds of watch events.</summary>
public enum WatchEventType
{
    /// <summary>New, or newly selected.</summary>
    Added,

    /// <summary>Changed.</summary>
    Modified,

    /// <summary>Gone, or no longer selected.</summary>
    Deleted,

    /// <summary>All changes up to its resourceVersion have been told.</summary>
    Bookmark,
}
