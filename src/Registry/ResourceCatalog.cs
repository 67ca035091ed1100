using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Stored;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Registry;

/// <summary>
/// The resources that are served, and what keeps them: one store, one feed, one cache each. Resources come and go by a swap of <see cref="Current"/>.
/// </summary>
public sealed class ResourceCatalog
{
    private readonly RegistryParts _parts;
    private readonly RegistryFeed _feed;
    private readonly SemaphoreSlim _changes = new(1);
    private volatile CatalogSnapshot _current = new([]);

    /// <summary>A catalog without resources, over a store that it does not own.</summary>
    /// <param name="random">For uids and generated names; may be called from many threads at once only through this catalog.</param>
    public ResourceCatalog(IKeyValueStore store, RegistryOptions options, TimeProvider clock, Random random, ILogger<ResourceCatalog> log)
    {
        ArgumentNullException.ThrowIfNull(store);
        _parts = new RegistryParts(store, clock, new SharedRandom(random), log, options, new SharedLeases(store, clock));
        _feed = new RegistryFeed(_parts);
    }

    /// <summary>What is served now.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>The revision up to which the caches know everything.</summary>
    public Revision Revision => _feed.Revision;

    /// <summary>Roughly what memory the recent changes hold that are kept for watches, in bytes.</summary>
    public long HistoryBytes => _parts.History.Bytes;

    /// <summary>Keeps the caches up to date and the store's history short, until cancelled. Nothing is served before this runs.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_feed.RunAsync(cancel), new CompactionLoop(_parts).RunAsync(cancel));

    /// <summary>Serves resources from now on: completes when their caches are filled, and they are seen together.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async Task AddAsync(IReadOnlyCollection<ResourceDefinition> definitions, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        await _changes.WaitAsync(cancel);
        try
        {
            var added = await Task.WhenAll(definitions.Select(definition => OpenAsync(definition, cancel)));
            _current = new CatalogSnapshot(_current.Stores.AddRange(added));
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Serves a resource no longer: its watches end. Its objects stay in the store.</summary>
    public async Task RemoveAsync(ResourceDefinition definition, CancellationToken cancel)
    {
        await _changes.WaitAsync(cancel);
        try
        {
            var store = StoreOf(definition);
            _current = new CatalogSnapshot(_current.Stores.Remove(store));
            _feed.Remove(store.Cache);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Serves a resource by another definition (other versions, another schema), over the same objects. Its watches end, so that clients see the new form.</summary>
    public async Task ReplaceAsync(ResourceDefinition old, ResourceDefinition definition, CancellationToken cancel)
    {
        await _changes.WaitAsync(cancel);
        try
        {
            var before = StoreOf(old);
            var after = await OpenAsync(definition, cancel);
            _current = new CatalogSnapshot(_current.Stores.Replace(before, after));
            before.Cache.Close();
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>The objects of a resource that is served.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public ResourceStore StoreOf(ResourceDefinition definition)
    {
        foreach (var store in _current.Stores)
        {
            if (ReferenceEquals(store.Definition, definition))
                return store;
        }

        throw new KeyNotFoundException($"{definition} is not served");
    }

    private async Task<ResourceStore> OpenAsync(ResourceDefinition definition, CancellationToken cancel)
    {
        var cache = new ResourceCache(new StoredForm(definition), $"{RegistryParts.Root}{definition.StoragePrefix}/", _parts.Options.Window, _parts.History, _parts.Clock);
        if (!definition.Traits.IsWriteOnly)
            await _feed.AddAsync(cache, cancel);
        return new ResourceStore(definition, cache, _feed, _parts);
    }
}
