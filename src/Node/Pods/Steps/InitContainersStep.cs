using ControlPlane.Node.Pods.Containers;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;

namespace ControlPlane.Node.Pods.Steps;

/// <summary>
/// Init containers, one after the other: each must have succeeded before the next starts. A sidecar (restartPolicy Always) only has to run, and is started again
/// whenever it ends.
/// </summary>
internal sealed class InitContainersStep(ContainerStarter starter) : IPodStep
{
    /// <inheritdoc/>
    public async Task<StepOutcome> SetUpAsync(PodContext pod, CancellationToken cancel)
    {
        // Once a container was there, initialization is over: dead init containers may have been removed since.
        var isInitialized = pod.Pod.Spec.Containers.Any(container => pod.Runtime.Find(container.Name) is not null);
        foreach (var container in pod.Pod.Spec.InitContainers.AsEnumerable())
        {
            var outcome = container.IsSidecar ? await RunSidecarAsync(pod, container, cancel)
                : isInitialized ? StepOutcome.Done
                : await RunOnceAsync(pod, container, cancel);
            if (outcome == StepOutcome.NotYet && !isInitialized)
                return StepOutcome.NotYet;
        }
        return StepOutcome.Done;
    }

    /// <inheritdoc/>
    public Task TearDownAsync(PodContext pod, CancellationToken cancel) => Task.CompletedTask;

    private async Task<StepOutcome> RunSidecarAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        await PodTermination.StopChangedAsync(pod, container, cancel);
        if (pod.Runtime.Find(container.Name) is { State: ContainerState.Running })
            return StepOutcome.Done;
        return await starter.StartAsync(pod, container, cancel) ? StepOutcome.Done : StepOutcome.NotYet;
    }

    private async Task<StepOutcome> RunOnceAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        switch (pod.Runtime.Find(container.Name))
        {
            case { State: ContainerState.Exited, ExitCode: 0 }:
                return StepOutcome.Done;
            case { State: ContainerState.Running }:
                return StepOutcome.NotYet; // its end will wake the worker
            case { State: ContainerState.Exited } when pod.Pod.Spec.RestartPolicy == "Never":
                return StepOutcome.NotYet; // the pod has failed
            default:
                await starter.StartAsync(pod, container, cancel);
                return StepOutcome.NotYet;
        }
    }
}
