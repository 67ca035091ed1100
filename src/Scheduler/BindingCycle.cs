using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Queue;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler;

/// <summary>A decision on its way to the server.</summary>
/// <param name="Plugins">Of the pod's profile.</param>
/// <param name="Queued">The pod.</param>
/// <param name="Node">Where it goes.</param>
/// <param name="Permits">Begun within the cycle.</param>
/// <param name="Started">The attempt's begin.</param>
internal sealed record Placement(PluginSet Plugins, QueuedPod Queued, string Node, IReadOnlyList<Task<Verdict>> Permits, long Started);

/// <summary>The second half of an attempt, beside the next pods: permit, pre-bind, bind. What fails here is undone and put back into the queue.</summary>
internal sealed class BindingCycle(
    SchedulingQueue queue, SchedulerCache cache, ObjectStore<Pod> pods, EventRecorder events, FailureReports failures, TimeProvider clock)
{
    /// <summary>Asks the permit plugins; their answers are awaited in <see cref="RunAsync"/>.</summary>
    public IReadOnlyList<Task<Verdict>> BeginPermits(PluginSet plugins, PodInfo pod, string node, CancellationToken cancel) =>
        plugins.Permit.Length == 0 ? [] : [.. plugins.Permit.Select(plugin => plugin.PermitAsync(pod, node, cancel).WaitAsync(PluginSet.MaxPermitWait, clock, cancel))];

    /// <summary>Binds the pod, or undoes the decision.</summary>
    public async Task RunAsync(Placement placement, CancellationToken cancel)
    {
        var verdict = await BindAsync(placement, cancel);
        if (verdict.IsYes)
            Succeed(placement);
        else
            await UndoAsync(placement, verdict, cancel);
    }

    /// <summary>Takes all reservations of a pod back, the last one first.</summary>
    public static void Unreserve(PluginSet plugins, PodInfo pod, string node)
    {
        for (var i = plugins.Reserve.Length - 1; i >= 0; i--)
            plugins.Reserve[i].Unreserve(pod, node);
    }

    private static async Task<Verdict> BindAsync(Placement placement, CancellationToken cancel)
    {
        var (plugins, pod, node) = (placement.Plugins, placement.Queued.Info, placement.Node);
        try
        {
            foreach (var permit in placement.Permits)
            {
                if (await permit is { IsYes: false } refused)
                    return refused;
            }
            foreach (var plugin in plugins.PreBind)
            {
                if (await plugin.PreBindAsync(pod, node, cancel) is { IsYes: false } refused)
                    return refused;
            }
            foreach (var plugin in plugins.Bind)
            {
                var verdict = await plugin.BindAsync(pod, node, cancel);
                if (verdict.Kind != VerdictKind.Skip)
                    return verdict.IsYes ? verdict : Verdict.Error(new SchedulingException($"running Bind plugin \"{plugin.Name}\": {string.Join(", ", verdict.Reasons)}", verdict.Failure));
            }
            return Verdict.Error(new SchedulingException("no bind plugin took the pod"));
        }
        catch (Exception broken) when (!cancel.IsCancellationRequested)
        {
            return Verdict.Error(broken);
        }
    }

    private void Succeed(Placement placement)
    {
        var (pod, node) = (placement.Queued.Info, placement.Node);
        foreach (var plugin in placement.Plugins.PostBind)
            plugin.PostBind(pod, node);
        var key = pod.Pod.Key;
        events.Record(pod.Pod.ToReference(), EventKind.Normal, "Scheduled", $"Successfully assigned {key} to {node}", action: "Binding");
        SchedulerMetrics.Attempted("scheduled", placement.Plugins.SchedulerName, clock.GetElapsedTime(placement.Started));
        SchedulerMetrics.Scheduled(placement.Queued.Attempts, clock.GetUtcNow() - placement.Queued.Arrived);
    }

    private async Task UndoAsync(Placement placement, Verdict verdict, CancellationToken cancel)
    {
        var pod = placement.Queued.Info;
        Unreserve(placement.Plugins, pod, placement.Node);
        cache.Forget(pod.Uid);
        // The room that it was to take is free again.
        queue.Tell(ClusterChange.Of(Change.Deleted, pod.Pod, null));
        SchedulerMetrics.Attempted(verdict.IsRejection ? "unschedulable" : "error", placement.Plugins.SchedulerName, clock.GetElapsedTime(placement.Started));
        // Gone, or bound by somebody meanwhile: then there is nothing to be done again.
        if (pods.Find(pod.Pod.Key) is not { } now || now.Metadata.Uid != pod.Uid || !PodStates.IsPending(now))
            return;
        queue.Return(placement.Queued, now);
        var reason = verdict.IsRejection ? FailureReports.Unschedulable : FailureReports.SchedulerError;
        await failures.ReportAsync(new Failure(now, reason, string.Join(", ", verdict.Reasons), null), cancel);
    }
}
