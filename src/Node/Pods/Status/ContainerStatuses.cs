using ControlPlane.Machinery.Values;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Types.Core;
using ContainerState = ControlPlane.Types.Core.ContainerState;
using ContainerStatus = ControlPlane.Types.Core.ContainerStatus;
using RuntimeContainer = ControlPlane.Node.Runtime.ContainerStatus;
using RuntimeState = ControlPlane.Node.Runtime.ContainerState;

namespace ControlPlane.Node.Pods.Status;

/// <summary>A container as the pod's status shows it: what the runtime says, over it why it waits, below it what is remembered.</summary>
internal static class ContainerStatuses
{
    /// <summary>The statuses of some of the pod's containers, in their order.</summary>
    public static ValueList<ContainerStatus> Of(PodContext pod, IEnumerable<IContainer> containers, ValueList<ContainerStatus> before) =>
        containers.Select(container => Of(pod, container, before.FirstOrDefault(old => old.Name == container.Name))).ToValueList();

    private static ContainerStatus Of(PodContext pod, IContainer container, ContainerStatus? before)
    {
        var status = pod.Runtime.All(container.Name).Take(2).ToArray() switch
        {
            [] => Absent(pod, container, before),
            [var only] => Present(pod, container, only) with { LastState = LastOf(only, before) },
            [var newest, var older, ..] => Present(pod, container, newest) with { LastState = StateOf(pod, older) },
        };
        return IsDue(pod, container) && pod.Waiting.TryGetValue(container.Name, out var waiting) ? Waiting(status, waiting) : status;
    }

    /// <summary>A container that will be started at a later pass waits, and what it ended with is its last state.</summary>
    private static ContainerStatus Waiting(ContainerStatus status, WaitingReason waiting) => status with
    {
        State = new ContainerState { Waiting = new ContainerStateWaiting { Reason = waiting.Reason, Message = waiting.Message } },
        LastState = status.State.Terminated is null ? status.LastState : status.State,
        Ready = false,
        Started = false,
    };

    private static bool IsDue(PodContext pod, IContainer container) =>
        RestartPolicies.ShouldStart(pod.Pod, container, pod.Runtime)
        && (container.IsSidecar || !pod.Pod.Spec.InitContainers.Any(init => init.Name == container.Name) || pod.Runtime.Find(container.Name) is not { ExitCode: 0, State: RuntimeState.Exited });

    /// <summary>Nothing in the runtime: not yet started, or removed after its end, which then is remembered.</summary>
    private static ContainerStatus Absent(PodContext pod, IContainer container, ContainerStatus? before)
    {
        var isOver = before is { State.Terminated: not null };
        var reason = container is not EphemeralContainer && pod.Pod.Spec.InitContainers.Count > 0 ? "PodInitializing" : "ContainerCreating";
        return new ContainerStatus
        {
            Name = container.Name,
            Image = isOver ? before!.Image : container.Image,
            ImageID = isOver ? before!.ImageID : "",
            ContainerID = isOver ? before!.ContainerID : "",
            RestartCount = before?.RestartCount ?? 0,
            State = isOver ? before!.State : new ContainerState { Waiting = new ContainerStateWaiting { Reason = reason } },
            LastState = before?.LastState ?? ContainerState.Empty,
            Ready = isOver && before!.Ready,
            Started = false,
        };
    }

    private static ContainerStatus Present(PodContext pod, IContainer container, RuntimeContainer found)
    {
        var isRunning = found.State == RuntimeState.Running;
        var isInit = !container.IsSidecar && pod.Pod.Spec.InitContainers.Any(init => init.Name == container.Name);
        return new ContainerStatus
        {
            Name = container.Name,
            State = StateOf(pod, found),
            Ready = isInit ? found is { State: RuntimeState.Exited, ExitCode: 0 } : isRunning,
            Started = isRunning,
            RestartCount = PodLabels.RestartCountOf(found),
            Image = found.Image,
            ImageID = found.ImageReference,
            ContainerID = $"{pod.Node.RuntimeName}://{found.Id}",
            AllocatedResources = isRunning ? container.Resources.Requests : default,
            Resources = isRunning ? container.Resources with { Claims = default } : null,
            VolumeMounts = container.VolumeMounts.Select(static mount => new VolumeMountStatus
            {
                Name = mount.Name,
                MountPath = mount.MountPath,
                ReadOnly = mount.ReadOnly,
                RecursiveReadOnly = mount.ReadOnly ? mount.RecursiveReadOnly ?? "Disabled" : null,
            }).ToValueList(),
            User = found.User is { } user
                ? new ContainerUser { Linux = new LinuxContainerUser { Uid = user.Uid, Gid = user.Gid, SupplementalGroups = user.SupplementalGroups.ToValueList() } }
                : null,
        };
    }

    private static ContainerState StateOf(PodContext pod, RuntimeContainer container) => container.State switch
    {
        RuntimeState.Running => new ContainerState { Running = new ContainerStateRunning { StartedAt = Timestamp.From(container.StartedAt ?? container.CreatedAt) } },
        RuntimeState.Exited => new ContainerState { Terminated = EndOf(pod, container) },
        _ => new ContainerState { Waiting = new ContainerStateWaiting { Reason = "ContainerCreating" } },
    };

    private static ContainerStateTerminated EndOf(PodContext pod, RuntimeContainer container) => new()
    {
        ExitCode = container.ExitCode,
        Reason = container.Reason.Length > 0 ? container.Reason : container.ExitCode == 0 ? "Completed" : "Error",
        Message = pod.Node.IsSimulated ? container.Message : TerminationMessages.Read(container),
        StartedAt = Timestamp.From(container.StartedAt ?? container.CreatedAt),
        FinishedAt = Timestamp.From(container.FinishedAt ?? container.CreatedAt),
        ContainerID = $"{pod.Node.RuntimeName}://{container.Id}",
    };

    /// <summary>The runtime knows of one start only; the API may remember the one before.</summary>
    private static ContainerState LastOf(RuntimeContainer only, ContainerStatus? before)
    {
        if (before is null || before.RestartCount > PodLabels.RestartCountOf(only))
            return ContainerState.Empty;
        var isSame = before.ContainerID.EndsWith(only.Id.Value, StringComparison.Ordinal);
        return !isSame && before.State.Terminated is not null ? before.State : before.LastState;
    }
}
