using ControlPlane.Machinery.Values;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Status;

/// <summary>Where a pod is in its life, from its containers' statuses (upstream: kubelet_pods.go, getPhase).</summary>
internal static class PodPhases
{
    /// <summary>The phase.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="init">The init containers' statuses.</param>
    /// <param name="containers">The containers' statuses.</param>
    /// <param name="hasEnded">Everything was stopped for good: what failed then has failed.</param>
    public static string Of(PodSpec spec, ValueList<ContainerStatus> init, ValueList<ContainerStatus> containers, bool hasEnded)
    {
        if (spec.RestartPolicy == "Never" && init.Any(status => !IsSidecar(spec, status) && HasFailed(status)))
            return "Failed";
        var running = containers.Count(static status => status.State.Running is not null);
        var stopped = containers.Count(static status => EndOf(status) is not null);
        var waiting = spec.Containers.Count - running - stopped;
        if (hasEnded && running == 0)
            return stopped == spec.Containers.Count && containers.All(static status => EndOf(status)?.ExitCode == 0) ? "Succeeded" : "Failed";
        if (stopped + running == 0 && init.Any(status => !IsInitialized(spec, status)))
            return "Pending";
        if (waiting > 0)
            return "Pending";
        if (running > 0)
            return "Running";
        return OfStopped(spec, containers);
    }

    /// <summary>Is the container done with what it holds back others for?</summary>
    public static bool IsInitialized(PodSpec spec, ContainerStatus status) =>
        IsSidecar(spec, status) ? status.Started == true : status.State.Terminated is { ExitCode: 0 };

    private static string OfStopped(PodSpec spec, ValueList<ContainerStatus> containers)
    {
        var succeeded = containers.All(static status => EndOf(status)?.ExitCode == 0);
        return spec.RestartPolicy switch
        {
            "Never" => succeeded ? "Succeeded" : "Failed",
            "OnFailure" => succeeded ? "Succeeded" : "Running",
            _ => "Running",
        };
    }

    private static bool IsSidecar(PodSpec spec, ContainerStatus status) => spec.InitContainers.Any(container => container.Name == status.Name && container.IsSidecar);

    private static bool HasFailed(ContainerStatus status) => EndOf(status) is { ExitCode: not 0 };

    private static ContainerStateTerminated? EndOf(ContainerStatus status) =>
        status.State.Terminated ?? (status.State.Waiting is not null ? status.LastState.Terminated : null);
}
