using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>Reads all keys of a prefix as they are at one revision, in pages.</summary>
internal static class CacheFill
{
    private const int PageSize = 2000;

    /// <summary>The objects and their revision; null when that revision was compacted meanwhile: try again.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public static async Task<Filled?> ReadAsync(IKeyValueStore store, string prefix, CancellationToken cancel)
    {
        var items = new List<KeyValue>();
        var (keys, at) = (KeyInterval.Prefix(prefix), Revision.None);
        while (true)
        {
            if (await store.RangeAsync(new RangeQuery(keys, PageSize, at), cancel) is not RangeResult.Found page)
                return null;
            items.AddRange(page.Items);
            at = at == Revision.None ? page.Revision : at;
            if (!page.More)
                return new Filled(items, at);
            keys = KeyInterval.PrefixAfter(prefix, items[^1].Key);
        }
    }

    /// <summary>All keys at one revision.</summary>
    internal sealed record Filled(List<KeyValue> Items, Revision Revision);
}
