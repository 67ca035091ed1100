using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Queue;

namespace ControlPlane.Scheduler;

/// <summary>
/// One pod after the other: taken from the queue, filtered and scored against a snapshot of the nodes, reserved and counted on its node at once; its binding then goes on
/// beside the next pods. A pod that fits nowhere goes back to the queue with the names of the plugins that it must outwait.
/// </summary>
/// <remarks>
/// Invariants: decisions are made by one thread, one at a time, each on a snapshot that has all earlier decisions in it (assumed pods), so no room is given away twice;
/// a pod that is assumed is either bound, or forgotten and put back; bindings are bounded in number and awaited before the loop ends.
/// </remarks>
internal sealed class SchedulingLoop(
    IReadOnlyDictionary<string, PluginSet> profiles,
    SchedulingQueue queue,
    SchedulerCache cache,
    NodeChoice choice,
    BindingCycle bindings,
    FailureReports failures,
    SideTasks beside,
    TimeProvider clock)
{
    private readonly Snapshot _snapshot = new();

    /// <summary>Schedules until cancelled; what was begun is ended first.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
                await ScheduleAsync(await queue.TakeAsync(cancel), cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await beside.DrainAsync();
        }
    }

    /// <summary>One pod's cycle.</summary>
    public async Task ScheduleAsync(QueuedPod queued, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        var plugins = profiles[queued.Info.Pod.Spec.SchedulerName];
        cache.Refresh(_snapshot);
        try
        {
            var (node, diagnosis) = choice.Choose(plugins, queued.Info, _snapshot);
            SchedulerMetrics.Algorithm.Record(clock.GetElapsedTime(started).TotalSeconds);
            if (node is null)
                await RejectAsync(plugins, queued, diagnosis, started, cancel);
            else if (Reserve(plugins, queued.Info, node) is { IsYes: false } verdict)
                await FailAsync(queued, verdict, plugins, started, cancel);
            else
                await PlaceAsync(plugins, queued, node, started, cancel);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            await FailAsync(queued, Verdict.Error(broken), plugins, started, cancel);
        }
    }

    private async Task PlaceAsync(PluginSet plugins, QueuedPod queued, string node, long started, CancellationToken cancel)
    {
        cache.Assume(queued.Info, node);
        queue.Placed(queued);
        var placement = new Placement(plugins, queued, node, bindings.BeginPermits(plugins, queued.Info, node, cancel), started);
        await beside.StartAsync(() => bindings.RunAsync(placement, cancel), cancel);
    }

    private async Task RejectAsync(PluginSet plugins, QueuedPod queued, Diagnosis diagnosis, long started, CancellationToken cancel)
    {
        var nominated = await PostFilterAsync(plugins, queued.Info, diagnosis, cancel);
        queue.PutBack(queued, diagnosis.Plugins.Count > 0 ? diagnosis.Plugins : new HashSet<string> { SchedulingQueue.Anything });
        var report = new Failure(queued.Info.Pod, FailureReports.Unschedulable, diagnosis.Message(), nominated);
        SchedulerMetrics.Attempted("unschedulable", plugins.SchedulerName, clock.GetElapsedTime(started));
        await beside.StartAsync(() => failures.ReportAsync(report, cancel), cancel);
    }

    private async Task<string?> PostFilterAsync(PluginSet plugins, PodInfo pod, Diagnosis diagnosis, CancellationToken cancel)
    {
        if (diagnosis.AllNodes == 0)
            return null;
        foreach (var plugin in plugins.PostFilters)
        {
            var found = await plugin.PostFilterAsync(pod, _snapshot, diagnosis, cancel);
            diagnosis.More = found.Message;
            if (found.Nominated is not null)
                return found.Nominated;
        }
        return null;
    }

    private async Task FailAsync(QueuedPod queued, Verdict verdict, PluginSet plugins, long started, CancellationToken cancel)
    {
        queue.PutBack(queued, new HashSet<string>());
        var reason = verdict.IsRejection ? FailureReports.Unschedulable : FailureReports.SchedulerError;
        SchedulerMetrics.Attempted(verdict.IsRejection ? "unschedulable" : "error", plugins.SchedulerName, clock.GetElapsedTime(started));
        var report = new Failure(queued.Info.Pod, reason, string.Join(", ", verdict.Reasons), null);
        await beside.StartAsync(() => failures.ReportAsync(report, cancel), cancel);
    }

    private static Verdict Reserve(PluginSet plugins, PodInfo pod, string node)
    {
        foreach (var plugin in plugins.Reserve)
        {
            var verdict = plugin.Reserve(pod, node);
            if (verdict.IsYes)
                continue;
            BindingCycle.Unreserve(plugins, pod, node);
            return verdict;
        }
        return Verdict.Fits;
    }
}
