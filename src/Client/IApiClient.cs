using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client;

/// <summary>
/// The API with types: <c>api.FindAsync&lt;Pod&gt;(key, cancel)</c>. The type says which resource is meant; the way to the server is the transport's matter.
/// </summary>
/// <remarks>All members throw <see cref="Machinery.Errors.ApiException"/> when the server refuses. Objects are shared and immutable.</remarks>
public interface IApiClient
{
    /// <summary>The way to the server, for what has no word here.</summary>
    IApiTransport Transport { get; }

    /// <summary>The object of that name; throws (404) where there is none.</summary>
    Task<T> GetAsync<T>(ObjectKey key, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>The object of that name, or null.</summary>
    Task<T?> FindAsync<T>(ObjectKey key, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>All objects that the query selects, page by page where it has a limit.</summary>
    Task<ObjectList<T>> ListAsync<T>(ObjectQuery query, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Changes after the query's resourceVersion, until the server ends the stream; see <see cref="IApiTransport.WatchAsync"/>. Informers go on by themselves.</summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ObjectQuery query, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Makes it; the answer is what is stored.</summary>
    Task<T> CreateAsync<T>(T item, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Replaces it, if it still has the resourceVersion given (409 otherwise).</summary>
    Task<T> UpdateAsync<T>(T item, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Replaces its status and nothing else.</summary>
    Task<T> UpdateStatusAsync<T>(T item, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Changes parts of it.</summary>
    Task<T> PatchAsync<T>(ObjectKey key, Patch patch, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Removes the object of that name (404 where there is none).</summary>
    Task DeleteAsync<T>(ObjectKey key, Deletion deletion, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Removes all objects that the query selects.</summary>
    Task DeleteCollectionAsync<T>(ObjectQuery query, Deletion deletion, CancellationToken cancel)
        where T : class, IApiObject<T>;

    /// <summary>Reads a subresource of a <typeparamref name="T"/> that is of another kind: the Scale of a Deployment.</summary>
    Task<TBody> GetSubresourceAsync<T, TBody>(ObjectKey key, string subresource, CancellationToken cancel)
        where T : class, IApiObject<T>
        where TBody : class, IApiObject<TBody>;

    /// <summary>Posts to a subresource: bindings, evictions, tokens. Where the server answers with a Status, the result is the empty object.</summary>
    Task<TBody> CreateSubresourceAsync<T, TBody>(ObjectKey key, string subresource, TBody body, CancellationToken cancel)
        where T : class, IApiObject<T>
        where TBody : class, IApiObject<TBody>;

    /// <summary>Replaces a subresource: the Scale of a Deployment, a namespace's finalizers.</summary>
    Task<TBody> UpdateSubresourceAsync<T, TBody>(ObjectKey key, string subresource, TBody body, CancellationToken cancel)
        where T : class, IApiObject<T>
        where TBody : class, IApiObject<TBody>;

    /// <summary>The metadata of any resource's objects, custom ones included.</summary>
    MetadataClient Metadata(GroupVersionResource resource);
}
