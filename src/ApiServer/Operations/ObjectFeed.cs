using System.Collections.Immutable;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Registry.Reads;

namespace ControlPlane.ApiServer.Operations;

/// <summary>Keeps something inside the server true to the objects of some resources: RBAC's policy, the node authorizer's graph.</summary>
/// <remarks>Changes are told in order for each resource, and none is lost: when a watch has been left behind, what has vanished meanwhile is told too.</remarks>
internal sealed class ObjectFeed
{
    private readonly ImmutableArray<Source> _sources;
    private readonly Action<IApiObject> _apply;
    private readonly Action<IApiObject> _forget;

    /// <summary>A feed of these resources.</summary>
    /// <param name="stores">The resources.</param>
    /// <param name="apply">Is told of every object, and of every change of one.</param>
    /// <param name="forget">Is told of every object that is gone, with its last state.</param>
    public ObjectFeed(IEnumerable<ResourceStore> stores, Action<IApiObject> apply, Action<IApiObject> forget) =>
        (_sources, _apply, _forget) = ([.. stores.Select(store => new Source(store))], apply, forget);

    /// <summary>Tells all that is there. To be called before <see cref="RunAsync"/>.</summary>
    /// <param name="revision">A moment from before the call: changes after it will be told (again).</param>
    public void Load(string revision)
    {
        foreach (var source in _sources)
            Load(source, revision);
    }

    /// <summary>Tells changes as they happen, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_sources.Select(source => RunAsync(source, cancel)));

    private void Load(Source source, string revision)
    {
        // Backwards: whoever else reads all objects of a server that has just started begins at the front, and each finds half of them decoded.
        var present = source.Store.ListCached("").Reverse().Select(found => found.Record).ToDictionary(KeyOf);
        foreach (var gone in source.Known.Values.Where(known => !present.ContainsKey(KeyOf(known))))
            _forget(gone);
        foreach (var record in present.Values)
            _apply(record);
        (source.Known, source.Revision) = (present, revision);
    }

    private async Task RunAsync(Source source, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(source, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException expired) when (expired.Code == 410)
            {
                var page = await source.Store.ListAsync(new ListRequest { ResourceVersion = "0", Limit = 1 }, cancel);
                Load(source, page.ResourceVersion);
            }
        }
    }

    private async Task FollowAsync(Source source, CancellationToken cancel)
    {
        using var watch = await source.Store.WatchAsync(new WatchRequest { ResourceVersion = source.Revision, AllowBookmarks = true }, cancel);
        while (await watch.WaitToReadAsync(cancel))
        {
            while (watch.TryRead(out var item))
            {
                if (item.Object is not null)
                    Tell(source, item.Type, item.Object.Record);
                source.Revision = item.Revision.ToString();
            }
        }
    }

    private void Tell(Source source, WatchEventType type, IApiObject record)
    {
        if (type == WatchEventType.Deleted)
        {
            source.Known.Remove(KeyOf(record));
            _forget(record);
        }
        else
        {
            source.Known[KeyOf(record)] = record;
            _apply(record);
        }
    }

    private static ObjectKey KeyOf(IApiObject record) => new(record.Metadata.Namespace, record.Metadata.Name);

    private sealed class Source(ResourceStore store)
    {
        public ResourceStore Store { get; } = store;

        public Dictionary<ObjectKey, IApiObject> Known { get; set; } = [];

        public string Revision { get; set; } = "0";
    }
}
