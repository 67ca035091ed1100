using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Namespaces;

/// <summary>
/// Deletes what a namespace holds, whatever its kind: pods first, so that nothing they need (policies, secrets) goes while they run
/// (KEP-5080, ordered namespace deletion), then everything else.
/// </summary>
internal sealed class NamespaceContent(IApiClient api, TimeProvider clock)
{
    private static readonly TimeSpan FinalizerWait = TimeSpan.FromSeconds(15); // namespaced_resources_deleter.go: finalizerEstimateSeconds

    public async Task<RemainingContent> DeleteAsync(Namespace @namespace, CancellationToken cancel)
    {
        var remains = new RemainingContent();
        var discovered = await api.Transport.DiscoverAsync(cancel);
        remains.Undiscovered.AddRange(discovered.Failed);
        var deletable = discovered.Resources.Where(static resource => resource is { IsNamespaced: true } && resource.Supports("delete")).ToList();
        var isPods = deletable.ToLookup(static resource => resource.Resource.GroupResource == Pod.Resource.GroupResource);
        foreach (var resource in isPods[true])
            await DeleteAsync(resource, @namespace.Metadata.Name, remains, cancel);
        if (remains.Objects.Count > 0)
            return remains;
        foreach (var resource in isPods[false])
            await DeleteAsync(resource, @namespace.Metadata.Name, remains, cancel);
        return remains;
    }

    private async Task DeleteAsync(DiscoveredResource resource, string @namespace, RemainingContent remains, CancellationToken cancel)
    {
        if (!resource.Supports("list"))
            return;
        try
        {
            var client = api.Metadata(resource.Resource);
            if ((await client.ListAsync(ObjectQuery.In(@namespace), cancel)).Items is not { Count: > 0 } items)
                return;
            if (resource.Supports("deletecollection"))
                await client.DeleteCollectionAsync(ObjectQuery.In(@namespace), Deletion.Background, cancel);
            else
                await DeleteEachAsync(client, items, cancel);
            Note(resource, (await client.ListAsync(ObjectQuery.In(@namespace), cancel)).Items, remains);
        }
        catch (ApiException gone) when (gone.Code is 404 or 405)
        {
            // The resource itself was removed, or cannot do what discovery says: it has nothing that could remain.
        }
        catch (ApiException failure)
        {
            remains.Failures.Add($"{resource.Resource.GroupResource}: {failure.Message}");
        }
    }

    private static async Task DeleteEachAsync(MetadataClient client, IReadOnlyList<PartialObjectMetadata> items, CancellationToken cancel)
    {
        foreach (var item in items)
        {
            try
            {
                await client.DeleteAsync(item.Key, Deletion.Background, cancel);
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                // Somebody else was faster.
            }
        }
    }

    private void Note(DiscoveredResource resource, IReadOnlyList<PartialObjectMetadata> items, RemainingContent remains)
    {
        if (items.Count == 0)
            return;
        remains.Objects[resource.Resource.GroupResource.ToString()] = items.Count;
        foreach (var item in items)
        {
            foreach (var finalizer in item.Metadata.Finalizers)
                remains.Finalizers[finalizer] = remains.Finalizers.GetValueOrDefault(finalizer) + 1;
            var wait = Wait(item.Metadata);
            remains.LongestWait = wait > remains.LongestWait ? wait : remains.LongestWait;
        }
    }

    // A pod has its grace period; what waits for a finalizer waits for whoever removes it.
    private TimeSpan Wait(ObjectMeta item)
    {
        if (!item.Finalizers.IsEmpty)
            return FinalizerWait;
        var left = item.DeletionTimestamp is { } end ? end.ToDateTimeOffset() - clock.GetUtcNow() : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
