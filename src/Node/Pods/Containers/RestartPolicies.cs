using ControlPlane.Types.Core;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>Which containers start again after their end.</summary>
internal static class RestartPolicies
{
    /// <summary>Is the container to be started now, seen from the restart policy alone?</summary>
    public static bool ShouldStart(Pod pod, IContainer container, PodRuntimeState runtime) => runtime.Find(container.Name) switch
    {
        null or { State: ContainerState.Created or ContainerState.Unknown } => true,
        { State: ContainerState.Running } => false,
        var ended => ShouldRestart(pod, container, ended.ExitCode),
    };

    /// <summary>Is it started again after it ended with this code?</summary>
    public static bool ShouldRestart(Pod pod, IContainer container, int exitCode) =>
        pod.Metadata.DeletionTimestamp is null && container is not EphemeralContainer && (container.RestartPolicy ?? pod.Spec.RestartPolicy) switch
        {
            "Never" => false,
            "OnFailure" => exitCode != 0,
            _ => true,
        };
}
