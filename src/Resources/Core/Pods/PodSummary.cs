using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A pod in a line: how many of its containers are ready, what it is about, how often containers were restarted (printers: printPod).</summary>
/// <param name="Ready">Containers and sidecars that are ready.</param>
/// <param name="Total">All containers and sidecars.</param>
/// <param name="Status">Running, Completed, CrashLoopBackOff, Init:0/1, Terminating, ...</param>
/// <param name="Restarts">Of all containers together; while init containers run, of those.</param>
/// <param name="LastRestart">When a container that was restarted had last ended; null when none was.</param>
public readonly record struct PodSummary(int Ready, int Total, string Status, int Restarts, Timestamp? LastRestart)
{
    /// <summary>Sums a pod up.</summary>
    public static PodSummary Of(Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var isGated = pod.Status.Conditions.Any(condition => condition is { Type: "PodScheduled", Reason: "SchedulingGated" });
        var status = isGated ? "SchedulingGated" : pod.Status.Reason.Length > 0 ? pod.Status.Reason : pod.Status.Phase;
        var total = pod.Spec.Containers.Count + pod.Spec.InitContainers.Count(container => container.RestartPolicy == "Always");
        var (summary, sidecars, isInitializing) = WithInitContainers(pod, new PodSummary(0, total, status, 0, null));
        if (!isInitializing || HasTrue(pod, "Initialized"))
            summary = WithContainers(pod, summary with { Restarts = sidecars.Restarts, LastRestart = sidecars.LastRestart });
        return summary with { Status = Ending(pod, summary.Status) };
    }

    private static string Ending(Pod pod, string status)
    {
        if (pod.Metadata.DeletionTimestamp is null)
            return status;
        if (pod.Status.Reason == "NodeLost")
            return "Unknown";
        return pod.Status.Phase is "Succeeded" or "Failed" ? status : "Terminating";
    }

    // Up to the first init container that is not through; the second value counts sidecars alone.
    private static (PodSummary Summary, PodSummary Sidecars, bool IsInitializing) WithInitContainers(Pod pod, PodSummary summary)
    {
        var sidecars = default(PodSummary);
        for (var i = 0; i < pod.Status.InitContainerStatuses.Count; i++)
        {
            var container = pod.Status.InitContainerStatuses[i];
            summary = summary.Restarted(container);
            var isSidecar = pod.Spec.InitContainers.Any(one => one.Name == container.Name && one.RestartPolicy == "Always");
            if (isSidecar)
                sidecars = sidecars.Restarted(container);
            if (container.State.Terminated is { ExitCode: 0 })
                continue;
            if (isSidecar && container.Started is true)
            {
                summary = summary with { Ready = summary.Ready + (container.Ready ? 1 : 0) };
                continue;
            }

            return (summary with { Status = "Init:" + InitState(pod, container, i) }, sidecars, true);
        }

        return (summary, sidecars, false);
    }

    private static string InitState(Pod pod, ContainerStatus container, int index) => container.State switch
    {
        { Terminated: { } terminated } => EndOf(terminated),
        { Waiting.Reason: { Length: > 0 } reason } when reason != "PodInitializing" => reason,
        _ => string.Create(CultureInfo.InvariantCulture, $"{index}/{pod.Spec.InitContainers.Count}"),
    };

    private static PodSummary WithContainers(Pod pod, PodSummary summary)
    {
        var isRunning = false;
        for (var i = pod.Status.ContainerStatuses.Count - 1; i >= 0; i--)
        {
            var container = pod.Status.ContainerStatuses[i];
            summary = summary.Restarted(container);
            if (container.State.Waiting is { Reason.Length: > 0 } waiting)
                summary = summary with { Status = waiting.Reason };
            else if (container.State.Terminated is { } terminated)
                summary = summary with { Status = EndOf(terminated) };
            else if (container is { Ready: true, State.Running: not null })
                (isRunning, summary) = (true, summary with { Ready = summary.Ready + 1 });
        }

        // One container has completed, others still run.
        return summary.Status == "Completed" && isRunning ? summary with { Status = HasTrue(pod, "Ready") ? "Running" : "NotReady" } : summary;
    }

    private static string EndOf(ContainerStateTerminated terminated) => terminated switch
    {
        { Reason.Length: > 0 } => terminated.Reason,
        { Signal: not 0 } => string.Create(CultureInfo.InvariantCulture, $"Signal:{terminated.Signal}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"ExitCode:{terminated.ExitCode}"),
    };

    private static bool HasTrue(Pod pod, string type) => pod.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");

    private PodSummary Restarted(ContainerStatus container)
    {
        var last = container.LastState.Terminated?.FinishedAt;
        return this with
        {
            Restarts = Restarts + container.RestartCount,
            LastRestart = last is { } ended && (LastRestart is not { } known || known < ended) ? ended : LastRestart,
        };
    }
}
