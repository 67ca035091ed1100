using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Status;

/// <summary>A pod's conditions, with upstream's reasons and messages (upstream: pkg/kubelet/status/generate.go). Those of others are kept.</summary>
internal static class PodConditions
{
    private static readonly string[] Own = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

    /// <summary>The conditions that go with a status.</summary>
    public static ValueList<PodCondition> Of(PodContext pod, PodStatus status, bool hasSandbox, Timestamp now)
    {
        var before = pod.Pod.Status.Conditions;
        var containersReady = ContainersReady(pod.Pod.Spec, status);
        PodCondition[] current =
        [
            new() { Type = "PodReadyToStartContainers", Status = hasSandbox ? "True" : "False" },
            Initialized(pod.Pod.Spec, status),
            Ready(pod.Pod, containersReady),
            containersReady,
            before.FirstOrDefault(static condition => condition.Type == "PodScheduled") ?? new PodCondition { Type = "PodScheduled", Status = "True" },
        ];
        var generation = pod.Pod.Metadata.Generation;
        return
        [
            .. current.Select(condition => Date(condition with { ObservedGeneration = generation }, before, now)),
            .. before.Where(static condition => !Own.Contains(condition.Type)),
        ];
    }

    private static PodCondition Date(PodCondition condition, ValueList<PodCondition> before, Timestamp now)
    {
        var old = before.FirstOrDefault(old => old.Type == condition.Type);
        return condition with { LastTransitionTime = old is not null && old.Status == condition.Status && !old.LastTransitionTime.IsZero ? old.LastTransitionTime : now };
    }

    private static PodCondition Initialized(PodSpec spec, PodStatus status)
    {
        if (status.Phase == "Succeeded")
            return new PodCondition { Type = "Initialized", Status = "True", Reason = "PodCompleted" };
        var missing = status.InitContainerStatuses.Where(container => !PodPhases.IsInitialized(spec, container)).Select(static container => container.Name).ToList();
        // Once a container was started, what became of the init containers counts no more.
        var isOver = status.ContainerStatuses.Any(static container => container.State.Waiting is null || container.LastState.Terminated is not null);
        return missing.Count == 0 || isOver
            ? new PodCondition { Type = "Initialized", Status = "True" }
            : new PodCondition { Type = "Initialized", Status = "False", Reason = "ContainersNotInitialized", Message = $"containers with incomplete status: [{string.Join(' ', missing)}]" };
    }

    private static PodCondition ContainersReady(PodSpec spec, PodStatus status)
    {
        if (status.Phase is "Succeeded" or "Failed")
            return new PodCondition { Type = "ContainersReady", Status = "False", Reason = status.Phase == "Succeeded" ? "PodCompleted" : "PodFailed" };
        var lasting = spec.InitContainers.Where(static container => container.IsSidecar).Concat(spec.Containers).Select(static container => container.Name);
        var ready = status.InitContainerStatuses.Concat(status.ContainerStatuses).Where(static container => container.Ready).Select(static container => container.Name).ToHashSet();
        var unready = lasting.Where(name => !ready.Contains(name)).ToList();
        return unready.Count == 0
            ? new PodCondition { Type = "ContainersReady", Status = "True" }
            : new PodCondition { Type = "ContainersReady", Status = "False", Reason = "ContainersNotReady", Message = $"containers with unready status: [{string.Join(' ', unready)}]" };
    }

    private static PodCondition Ready(Pod pod, PodCondition containersReady)
    {
        if (containersReady.Status != "True")
            return containersReady with { Type = "Ready" };
        var missing = pod.Spec.ReadinessGates.Select(gate => MissingGate(pod, gate.ConditionType)).OfType<string>().ToList();
        return missing.Count == 0
            ? new PodCondition { Type = "Ready", Status = "True" }
            : new PodCondition { Type = "Ready", Status = "False", Reason = "ReadinessGatesNotReady", Message = string.Join(", ", missing) };
    }

    private static string? MissingGate(Pod pod, string type) => pod.Status.Conditions.FirstOrDefault(condition => condition.Type == type) switch
    {
        null => $"corresponding condition of pod readiness gate \"{type}\" does not exist.",
        { Status: "True" } => null,
        var condition => $"the status of pod readiness gate \"{type}\" is not \"True\", but {condition.Status}",
    };
}
