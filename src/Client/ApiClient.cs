using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client;

/// <summary>The typed client over one transport.</summary>
/// <param name="transport">Speaks as one user.</param>
/// <param name="fieldManager">Who manages the fields that this client sets; "" for the user agent's name.</param>
public sealed class ApiClient(IApiTransport transport, string fieldManager = "") : IApiClient
{
    /// <inheritdoc/>
    public IApiTransport Transport { get; } = transport;

    /// <inheritdoc/>
    public async Task<T> GetAsync<T>(ObjectKey key, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        await Transport.SendAsync<T>(For<T>(key) with { Method = ApiMethod.Get }, cancel);

    /// <inheritdoc/>
    public async Task<T?> FindAsync<T>(ObjectKey key, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        try
        {
            return await GetAsync<T>(key, cancel);
        }
        catch (ApiException notFound) when (notFound.Code == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<ObjectList<T>> ListAsync<T>(ObjectQuery query, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        Transport.ListPagesAsync<T>(For<T>(query), cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ObjectQuery query, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        Transport.WatchAsync<T>(For<T>(query), cancel);

    /// <inheritdoc/>
    public async Task<T> CreateAsync<T>(T item, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        // The name stands in the body alone: a POST goes to the collection.
        var request = For<T>(new ObjectKey(item.Metadata.Namespace, "")) with { Method = ApiMethod.Create, Body = item };
        return await Transport.SendAsync<T>(request, cancel);
    }

    /// <inheritdoc/>
    public Task<T> UpdateAsync<T>(T item, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        UpdateAsync(item, "", cancel);

    /// <inheritdoc/>
    public Task<T> UpdateStatusAsync<T>(T item, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        UpdateAsync(item, "status", cancel);

    /// <inheritdoc/>
    public async Task<T> PatchAsync<T>(ObjectKey key, Patch patch, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        await Transport.SendAsync<T>(For<T>(key).WithPatch(patch), cancel);

    /// <inheritdoc/>
    public async Task DeleteAsync<T>(ObjectKey key, Deletion deletion, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        await Transport.SendAsync<T>(For<T>(key) with { Method = ApiMethod.Delete, Delete = deletion.Options }, cancel);

    /// <inheritdoc/>
    public async Task DeleteCollectionAsync<T>(ObjectQuery query, Deletion deletion, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        await Transport.DeleteCollectionAsync(For<T>(query) with { Delete = deletion.Options }, cancel);

    /// <inheritdoc/>
    public async Task<TBody> GetSubresourceAsync<T, TBody>(ObjectKey key, string subresource, CancellationToken cancel)
        where T : class, IApiObject<T>
        where TBody : class, IApiObject<TBody> =>
        await Transport.SendAsync<TBody>(For<T>(key) with { Method = ApiMethod.Get, Subresource = subresource }, cancel);

    /// <inheritdoc/>
    public async Task<TBody> CreateSubresourceAsync<T, TBody>(ObjectKey key, string subresource, TBody body, CancellationToken cancel)
        where T : class, IApiObject<T>
        where TBody : class, IApiObject<TBody> =>
        await Transport.SendAsync<TBody>(For<T>(key) with { Method = ApiMethod.Create, Subresource = subresource, Body = body }, cancel);

    /// <inheritdoc/>
    public async Task<TBody> UpdateSubresourceAsync<T, TBody>(ObjectKey key, string subresource, TBody body, CancellationToken cancel)
        where T : class, IApiObject<T>
        where TBody : class, IApiObject<TBody> =>
        await Transport.SendAsync<TBody>(For<T>(key) with { Method = ApiMethod.Update, Subresource = subresource, Body = body }, cancel);

    /// <inheritdoc/>
    public MetadataClient Metadata(GroupVersionResource resource) => new(Transport, resource, fieldManager);

    private async Task<T> UpdateAsync<T>(T item, string subresource, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var request = For<T>(new ObjectKey(item.Metadata.Namespace, item.Metadata.Name)) with { Method = ApiMethod.Update, Subresource = subresource, Body = item };
        return await Transport.SendAsync<T>(request, cancel);
    }

    private ApiRequest For<T>(ObjectKey key)
        where T : class, IApiObject<T> =>
        new() { Resource = T.Resource.GroupVersionResource, Namespace = key.Namespace, Name = key.Name, FieldManager = fieldManager };

    private ApiRequest For<T>(ObjectQuery query)
        where T : class, IApiObject<T> =>
        ApiRequests.For(T.Resource.GroupVersionResource, query);
}
