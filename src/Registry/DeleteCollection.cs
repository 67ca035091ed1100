using System.Collections.Concurrent;
using ControlPlane.Machinery.Errors;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <summary>What a deletion of many did.</summary>
/// <param name="Items">The objects, in the order of the list.</param>
/// <param name="Revision">The list's moment.</param>
public sealed record DeletedCollection(IReadOnlyList<StoredObject> Items, Revision Revision);

/// <content>Deleting many objects: each as if it were deleted alone.</content>
public sealed partial class ResourceStore
{
    // kube-apiserver deletes one after the other by default (--delete-collection-workers); the store commits concurrent deletions together.
    private const int DeletionsAtOnce = 16;

    /// <inheritdoc/>
    public async partial ValueTask<DeletedCollection> DeleteCollectionAsync(ListRequest selected, DeleteRequest request, CancellationToken cancel)
    {
        var page = await ListAsync(selected, cancel);
        var deleted = new ConcurrentDictionary<int, StoredObject>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(page.Items.Index(), limits, async (item, stop) =>
        {
            if (await DeleteOneOfManyAsync(item.Item, request, stop) is { } gone)
                deleted[item.Index] = gone;
        });
        return new DeletedCollection([.. deleted.OrderBy(one => one.Key).Select(one => one.Value)], page.Revision);
    }

    // Somebody else may be quicker.
    private async ValueTask<StoredObject?> DeleteOneOfManyAsync(StoredObject one, DeleteRequest request, CancellationToken cancel)
    {
        try
        {
            return (await DeleteAsync(one.Key, request, cancel)).Object;
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            return null;
        }
    }
}
