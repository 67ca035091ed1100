using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Client.Queues;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>
/// Deletes objects whose owners are all gone, and carries out foreground deletion and orphaning, over all kinds that the server serves. It follows the metadata of
/// all of them (<see cref="ResourceMonitors"/>) into one graph (<see cref="OwnershipGraph"/>); what the graph points at is worked off by uid
/// (<see cref="Collection"/> deletes, <see cref="Orphaning"/> lets go), after a look at the server.
/// </summary>
internal sealed partial class GarbageCollector : LoopController
{
    private readonly OwnershipGraph _graph = new();
    private readonly Lock _lock = new();
    private readonly WorkQueue<string> _toDelete;
    private readonly WorkQueue<string> _toOrphan;
    private readonly ResourceMonitors _monitors;
    private readonly Collection _collection;
    private readonly Orphaning _orphaning;
    private readonly ILogger _log;

    public GarbageCollector(IApiClient api, ControllerScope scope, ControllerSettings settings)
    {
        _log = scope.Log<GarbageCollector>();
        // Absent and unseen owners are looked at again often: the shared bucket would hold real work back.
        var limits = new RetryLimits { PerSecond = 1000, Burst = 1000 };
        _toDelete = new("garbage_collector_attempt_to_delete", scope.Clock, limits);
        _toOrphan = new("garbage_collector_attempt_to_orphan", scope.Clock, limits);
        _monitors = new(api.Transport, scope, settings.UncollectedResources, Observe, Remove);
        var objects = new OwnedObjects(api, _monitors);
        _collection = new(objects, this);
        _orphaning = new(objects);
    }

    protected override void Declare(LoopDeclaration controller) => controller
        .Named("garbage-collector-controller", alias: "garbagecollector")
        .As("generic-garbage-collector")
        .Touches(Verb.Get | Verb.List | Verb.Watch | Verb.Patch | Verb.Update | Verb.Delete)
        .Workers(20); // kube-controller-manager: --concurrent-gc-syncs

    protected override async Task RunAsync(CancellationToken cancel)
    {
        var monitors = _monitors.RunAsync(cancel);
        await _monitors.WaitForSyncAsync(cancel);
        var workers = Enumerable.Range(0, Workers).SelectMany(_ => new[]
        {
            Task.Run(() => WorkAsync(_toDelete, CollectAsync, cancel), cancel),
            Task.Run(() => WorkAsync(_toOrphan, OrphanAsync, cancel), cancel),
        });
        await Task.WhenAll([monitors, .. workers]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Asks for another look at an object.</summary>
    public void LookAt(string uid) => _toDelete.Add(uid);

    /// <summary>Reads the graph; what is read must not leave the function.</summary>
    public T Read<T>(Func<OwnershipGraph, T> read)
    {
        lock (_lock)
            return read(_graph);
    }

    /// <summary>The server has no such object.</summary>
    public void Remove(string uid) => Change((graph, work) => graph.Remove(uid, work));

    private void Observe(ObjectIdentity identity, ObjectMeta metadata) => Change((graph, work) => graph.Observe(identity, metadata, work));

    private void Change(Action<OwnershipGraph, GraphWork> change)
    {
        var work = new GraphWork();
        lock (_lock)
            change(_graph, work);
        foreach (var node in work.ToDelete)
            _toDelete.Add(node.Identity.Uid);
        foreach (var node in work.ToOrphan)
            _toOrphan.Add(node.Identity.Uid);
    }

    private Task<bool> CollectAsync(string uid, CancellationToken cancel) => _collection.CollectAsync(uid, cancel);

    private Task<bool> OrphanAsync(string uid, CancellationToken cancel)
    {
        var work = Read(graph => graph.Find(uid) is { IsOrphaning: true } node
            ? (node.Identity, Dependents: node.Dependents.Select(static dependent => dependent.Identity).ToList())
            : default);
        return work.Identity is null ? Task.FromResult(true) : _orphaning.OrphanAsync(work.Identity, work.Dependents, cancel);
    }

    private async Task WorkAsync(WorkQueue<string> queue, Func<string, CancellationToken, Task<bool>> workAsync, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var uid = await queue.TakeAsync(cancel);
            if (await TryAsync(uid, workAsync, cancel))
                queue.Forget(uid);
            else
                queue.Retry(uid);
            queue.Done(uid);
        }
    }

    private async Task<bool> TryAsync(string uid, Func<string, CancellationToken, Task<bool>> workAsync, CancellationToken cancel)
    {
        try
        {
            return await workAsync(uid, cancel);
        }
        catch (ApiException conflict) when (conflict.Code == 409)
        {
            return false; // It changed meanwhile: decide again on what it is now.
        }
        catch (Exception failure) when (failure is ApiException or IOException or HttpRequestException)
        {
            Failed(_log, failure.Message, uid);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Garbage collection of the object {Uid} failed and will be tried again: {Message}")]
    private static partial void Failed(ILogger log, string message, string uid);
}
