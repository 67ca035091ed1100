using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cloud.Nodes;

/// <summary>Deletes nodes whose machine is gone, and marks those whose machine is switched off.</summary>
/// <remarks>A ready node is never touched, whatever the cloud says: its node agent is there, so its machine is.</remarks>
internal sealed partial class CloudNodeLifecycleController(
    IInstances instances, CloudSettings settings, IApiClient api, EventRecorder events, ILogger<CloudNodeLifecycleController> log)
    : Controller<Node>
{
    protected override void Declare(ControllerDeclaration<Node> controller) => controller
        .Named("cloud-node-lifecycle-controller", alias: "cloud-node-lifecycle")
        .As("node-controller")
        .For(static node => !IsReady(node) || node.IsMarkedShutDown)
        .Writes<Node>(Verb.Update | Verb.Delete)
        .RecordsEvents();

    protected override async Task<Requeue> ReconcileAsync(Node node, CancellationToken cancel)
    {
        if (node.IsTerminating)
            return Requeue.Never;
        if (IsReady(node))
            return await UnmarkAsync(node, cancel);
        var instance = await instances.FindAsync(node, cancel);
        if (instance is null)
            return await DeleteAsync(node, cancel);
        if (instance.IsShutDown && !node.IsMarkedShutDown)
            await api.UpdateAsync(node.WithTaint(CloudTaints.Shutdown), cancel);
        return Requeue.After(settings.NodeMonitorPeriod);
    }

    private async Task<Requeue> UnmarkAsync(Node node, CancellationToken cancel)
    {
        await api.UpdateAsync(node.WithoutTaint(CloudTaints.Shutdown.Key), cancel);
        return Requeue.Never;
    }

    private async Task<Requeue> DeleteAsync(Node node, CancellationToken cancel)
    {
        // The cached node may be stale and its agent since back: decide again on the stored one.
        if (await api.FindAsync<Node>(node.Key, cancel) is not { } fresh || fresh.Uid != node.Uid || IsReady(fresh))
            return Requeue.Never;
        events.Record(node, EventKind.Normal, "DeletingNode", $"Deleting node {node.Metadata.Name} because it does not exist in the cloud provider");
        if (await api.TryDeleteAsync(fresh, Deletion.Default, cancel))
            Deleted(log, node.Key);
        return Requeue.Never;
    }

    private static bool IsReady(Node node) => node.Status.Conditions.FindIndex(static condition => condition is { Type: "Ready", Status: "True" }) >= 0;

    [LoggerMessage(LogLevel.Information, "Deleted node {Node}: its machine does not exist in the cloud")]
    private static partial void Deleted(ILogger log, ObjectKey node);
}
