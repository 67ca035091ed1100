using System.Collections.Concurrent;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cloud.Nodes;

/// <summary>Tells new nodes what their machine is, which lets pods on to them, and keeps the addresses of all nodes as the cloud has them.</summary>
internal sealed partial class CloudNodeController(
    IInstances instances, CloudSettings settings, IApiClient api, EventRecorder events, TimeProvider clock, ILogger<CloudNodeController> log)
    : Controller<Node>
{
    // A node changes with every heartbeat; the cloud is not asked that often.
    private readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _due = new();

    protected override void Declare(ControllerDeclaration<Node> controller) => controller
        .Named("cloud-node-controller", alias: "cloud-node")
        .As("node-controller")
        .For()
        .Writes<Node>(Verb.Update)
        .Writes<Node>("status", Verb.Patch)
        .RecordsEvents()
        .Workers(settings.ConcurrentNodes);

    protected override Task<Requeue> ReconcileAsync(Node node, CancellationToken cancel)
    {
        if (node.IsTerminating)
            return Task.FromResult(Requeue.Never);
        if (node.AwaitsCloud)
            return InitializeAsync(node.Key, cancel);
        var due = _due.GetOrAdd(node.Key, static (_, now) => now, clock.GetUtcNow());
        return due > clock.GetUtcNow() ? Task.FromResult(Requeue.At(due)) : RefreshAsync(node, cancel);
    }

    protected override Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        _due.TryRemove(key, out _);
        return Task.FromResult(Requeue.Never);
    }

    private async Task<Requeue> InitializeAsync(ObjectKey key, CancellationToken cancel)
    {
        // The cached node may be stale: what is written is built on the stored one.
        if (await api.FindAsync<Node>(key, cancel) is not { AwaitsCloud: true } node)
            return Requeue.Never;
        if (await instances.FindAsync(node, cancel) is not { } instance)
        {
            Unknown(log, key);
            return Requeue.After(settings.NodeMonitorPeriod);
        }
        // Addresses first: once the taint is gone pods come, and they ask for them.
        node = await WriteAddressesAsync(node, instance.Addresses, cancel);
        node = await api.UpdateAsync(NodeInitialization.Apply(node, instance), cancel);
        events.Record(node, EventKind.Normal, "Synced", "Node synced successfully");
        return Next(key);
    }

    private async Task<Requeue> RefreshAsync(Node node, CancellationToken cancel)
    {
        if (await instances.FindAsync(node, cancel) is { } instance)
            await WriteAddressesAsync(node, instance.Addresses, cancel);
        return Next(node.Key);
    }

    private async Task<Node> WriteAddressesAsync(Node node, ValueList<NodeAddress> known, CancellationToken cancel)
    {
        var addresses = NodeAddresses.Decide(node, known);
        if (addresses.IsEmpty || addresses == node.Status.Addresses)
            return node;
        var patch = Patch.Merge(NodeStatusPatch.Of("addresses", addresses)); // merge: the list is replaced as a whole
        return await api.PatchAsync<Node>(node.Key, patch.ToSubresource("status"), cancel);
    }

    private Requeue Next(ObjectKey key)
    {
        var due = clock.GetUtcNow() + settings.NodeStatusUpdatePeriod;
        _due[key] = due;
        return Requeue.At(due);
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node} waits to be initialized, but the cloud knows no such machine")]
    private static partial void Unknown(ILogger log, ObjectKey node);
}
