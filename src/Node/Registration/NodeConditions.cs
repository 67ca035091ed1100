using ControlPlane.Machinery.Values;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Registration;

/// <summary>A node's conditions, with upstream's reasons and messages (upstream: pkg/kubelet/nodestatus/setters.go). Those of others are kept.</summary>
internal static class NodeConditions
{
    /// <summary>The conditions now.</summary>
    /// <param name="before">Those that the API has.</param>
    /// <param name="runtime">How the runtime is; null when it doesn't answer.</param>
    /// <param name="now">The heartbeat's time.</param>
    public static ValueList<NodeCondition> Of(ValueList<NodeCondition> before, RuntimeStatus? runtime, Timestamp now)
    {
        NodeCondition[] own =
        [
            new() { Type = "MemoryPressure", Status = "False", Reason = "KubeletHasSufficientMemory", Message = "kubelet has sufficient memory available" },
            new() { Type = "DiskPressure", Status = "False", Reason = "KubeletHasNoDiskPressure", Message = "kubelet has no disk pressure" },
            new() { Type = "PIDPressure", Status = "False", Reason = "KubeletHasSufficientPID", Message = "kubelet has sufficient PID available" },
            Ready(runtime),
        ];
        return
        [
            .. before.Where(condition => own.All(one => one.Type != condition.Type)),
            .. own.Select(condition => Date(condition, before, now)),
        ];
    }

    private static NodeCondition Ready(RuntimeStatus? runtime)
    {
        var problems = ProblemsOf(runtime).ToList();
        return problems.Count == 0
            ? new NodeCondition { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "kubelet is posting ready status" }
            : new NodeCondition { Type = "Ready", Status = "False", Reason = "KubeletNotReady", Message = problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems)}]" };
    }

    private static IEnumerable<string> ProblemsOf(RuntimeStatus? runtime)
    {
        if (runtime is null)
        {
            yield return "container runtime is down";
            yield break;
        }
        if (runtime.Find(RuntimeStatus.RuntimeReady) is not { IsTrue: true })
            yield return $"container runtime not ready: {Describe(runtime.Find(RuntimeStatus.RuntimeReady), RuntimeStatus.RuntimeReady)}";
        if (runtime.Find(RuntimeStatus.NetworkReady) is not { IsTrue: true })
            yield return $"container runtime network not ready: {Describe(runtime.Find(RuntimeStatus.NetworkReady), RuntimeStatus.NetworkReady)}";
    }

    private static string Describe(RuntimeCondition? condition, string type) =>
        condition is null ? $"{type}=false" : $"{type}={(condition.IsTrue ? "true" : "false")} reason:{condition.Reason} message:{condition.Message}";

    private static NodeCondition Date(NodeCondition condition, ValueList<NodeCondition> before, Timestamp now)
    {
        var old = before.FirstOrDefault(old => old.Type == condition.Type);
        var transition = old is not null && old.Status == condition.Status && !old.LastTransitionTime.IsZero ? old.LastTransitionTime : now;
        return condition with { LastHeartbeatTime = now, LastTransitionTime = transition };
    }
}
