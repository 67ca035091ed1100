using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client;

/// <summary>Any resource's objects by their metadata alone, without knowing their type: for garbage collection, namespaces and the like.</summary>
/// <param name="transport">Speaks as one user.</param>
/// <param name="resource">Which resource, custom ones included.</param>
/// <param name="fieldManager">Who manages the fields that patches set.</param>
public sealed class MetadataClient(IApiTransport transport, GroupVersionResource resource, string fieldManager = "")
{
    /// <summary>Which resource.</summary>
    public GroupVersionResource Resource { get; } = resource;

    /// <summary>The object's metadata, or null where there is none of that name.</summary>
    public async Task<PartialObjectMetadata?> FindAsync(ObjectKey key, CancellationToken cancel)
    {
        try
        {
            return await transport.SendAsync<PartialObjectMetadata>(For(key) with { Method = ApiMethod.Get }, cancel);
        }
        catch (ApiException notFound) when (notFound.Code == 404)
        {
            return null;
        }
    }

    /// <summary>All that the query selects.</summary>
    public Task<ObjectList<PartialObjectMetadata>> ListAsync(ObjectQuery query, CancellationToken cancel) =>
        transport.ListPagesAsync<PartialObjectMetadata>(ApiRequests.For(Resource, query), cancel);

    /// <summary>Changes part of it.</summary>
    public async Task<PartialObjectMetadata> PatchAsync(ObjectKey key, Patch patch, CancellationToken cancel) =>
        await transport.SendAsync<PartialObjectMetadata>(For(key).WithPatch(patch), cancel);

    /// <summary>Removes it.</summary>
    public async Task DeleteAsync(ObjectKey key, Deletion deletion, CancellationToken cancel) =>
        await transport.SendAsync<PartialObjectMetadata>(For(key) with { Method = ApiMethod.Delete, Delete = deletion.Options }, cancel);

    /// <summary>Removes all that the query selects.</summary>
    public async Task DeleteCollectionAsync(ObjectQuery query, Deletion deletion, CancellationToken cancel) =>
        await transport.DeleteCollectionAsync(ApiRequests.For(Resource, query) with { Delete = deletion.Options }, cancel);

    private ApiRequest For(ObjectKey key) => new() { Resource = Resource, Namespace = key.Namespace, Name = key.Name, FieldManager = fieldManager };
}
