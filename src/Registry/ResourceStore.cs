using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Stored;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <summary>
/// The objects of one resource: everything that can be done with them, for any definition. This file is the table of contents; each member is a file of its own.
/// </summary>
/// <remarks>
/// <para>Writes go to the store in one compare-and-swap each and are answered with what a read would give. Reads are answered from the watch cache,
/// at the revision that their resourceVersion asks for. Objects are in the hub's version; conversion happens at the edge.</para>
/// <para>All members throw <see cref="Machinery.Errors.ApiException"/> for what upstream refuses, with its words, and
/// <see cref="StoreUnavailableException"/> when the store fails.</para>
/// </remarks>
public sealed partial class ResourceStore
{
    private readonly IKeyValueStore _store;
    private readonly RegistryFeed _feed;
    private readonly ResourceCache _cache;
    private readonly StoredForm _form;
    private readonly PendingWrites _pending;
    private readonly SharedLeases _leases;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly string _prefix;
    private ImmutableArray<ITransactionHook> _hooks = [];

    internal ResourceStore(ResourceDefinition definition, ResourceCache cache, RegistryFeed feed, RegistryParts parts)
    {
        Definition = definition;
        _cache = cache;
        _feed = feed;
        _form = cache.Form;
        _pending = cache.Pending;
        _prefix = cache.Prefix;
        (_store, _clock, _random, _leases, _options) = (parts.Store, parts.Clock, parts.Random, parts.Leases, parts.Options);
    }

    /// <summary>The resource.</summary>
    public ResourceDefinition Definition { get; }

    internal ResourceCache Cache => _cache;

    /// <summary>How many objects there are.</summary>
    public int Count => _cache.State.Objects.Count;

    /// <summary>How many watch them now.</summary>
    public int WatchCount => _cache.Wakeups.Count;

    /// <summary>Lets somebody take part in this resource's writes. Hooks run in the order in which they were added.</summary>
    public void AddHook(ITransactionHook hook) => ImmutableInterlocked.Update(ref _hooks, static (hooks, added) => hooks.Add(added), hook);

    /// <summary>Creates an object. Its name may be generated, its namespace is that of the request.</summary>
    /// <param name="value">The object, in the hub's version, defaulted.</param>
    /// <param name="request">Who, when, and whether for real.</param>
    /// <param name="cancel">Ends with the request.</param>
    public partial ValueTask<StoredObject> CreateAsync(IApiObject value, CreateRequest request, CancellationToken cancel);

    /// <summary>The object as it is, or (with a resourceVersion) as it was at that time or later; "0" is content with any age.</summary>
    public partial ValueTask<StoredObject> GetAsync(ObjectKey key, string resourceVersion, CancellationToken cancel);

    /// <summary>The object as it is now, or null. Linearizable; what GET does without a resourceVersion.</summary>
    public partial ValueTask<StoredObject?> FindAsync(ObjectKey key, CancellationToken cancel);

    /// <summary>The object as the cache has it, without waiting for anybody: for decisions that tolerate some age (authorization, admission).</summary>
    public StoredObject? FindCached(ObjectKey key) => _cache.State.Objects.Find(PathOf(key));

    /// <summary>All objects as the cache has them, without waiting for anybody; of one namespace, or ("") of all.</summary>
    public partial IEnumerable<StoredObject> ListCached(string @namespace);

    /// <summary>A page of the objects, by upstream's rules of resourceVersion, match, limit and continue.</summary>
    public partial ValueTask<ObjectPage> ListAsync(ListRequest request, CancellationToken cancel);

    /// <summary>
    /// Replaces an object, or part of it, by what <paramref name="change"/> makes of the newest version; subresources by <see cref="WriteContext.Subresource"/>.
    /// Writes nothing when nothing would change.
    /// </summary>
    public partial ValueTask<UpdateResult> UpdateAsync(ObjectKey key, ChangeObject change, UpdateRequest request, CancellationToken cancel);

    /// <summary>Removes an object, or marks it when it has a grace period or finalizers.</summary>
    public partial ValueTask<DeleteResult> DeleteAsync(ObjectKey key, DeleteRequest request, CancellationToken cancel);

    /// <summary>Deletes what a list selects, and answers with the objects and the list's revision.</summary>
    public partial ValueTask<DeletedCollection> DeleteCollectionAsync(ListRequest selected, DeleteRequest request, CancellationToken cancel);

    /// <summary>
    /// Changes as they happen. What is wrong with the request is thrown here; what ends a watch that has begun (410 included, which upstream sends as an event)
    /// is thrown by the watch.
    /// </summary>
    public partial ValueTask<ResourceWatch> WatchAsync(WatchRequest request, CancellationToken cancel);

    private static string PathOf(ObjectKey key) => key.Namespace.Length == 0 ? key.Name : $"{key.Namespace}/{key.Name}";
}
