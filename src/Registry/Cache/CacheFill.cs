using ControlPlane.Registry.Stored;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>Reads all objects of a resource as they are at one revision, in pages.</summary>
internal static class CacheFill
{
    private const int PageSize = 2000;

    /// <summary>The objects and their revision; null when that revision was compacted meanwhile: try again.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public static async Task<Filled?> ReadAsync(IKeyValueStore store, StoredForm form, string prefix, CancellationToken cancel)
    {
        var objects = new List<StoredObject>();
        var (keys, at) = (KeyInterval.Prefix(prefix), Revision.None);
        while (true)
        {
            if (await store.RangeAsync(new RangeQuery(keys, PageSize, at, CountsRest: false), cancel) is not RangeResult.Found page)
                return null;
            foreach (var found in page.Items)
                objects.Add(new StoredObject(form, found.Key[prefix.Length..], found.Value, found.Modified, found.Modified));
            at = at == Revision.None ? page.Revision : at;
            if (!page.More)
                return new Filled(objects, at);
            keys = KeyInterval.PrefixAfter(prefix, page.Items[^1].Key);
        }
    }

    /// <summary>All objects at one revision, in order.</summary>
    internal sealed record Filled(List<StoredObject> Objects, Revision Revision);
}
