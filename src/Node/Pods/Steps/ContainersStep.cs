using ControlPlane.Node.Pods.Containers;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;

namespace ControlPlane.Node.Pods.Steps;

/// <summary>The pod's containers: all start, and those that end are started again as the restart policy says.</summary>
internal sealed class ContainersStep(ContainerStarter starter) : IPodStep
{
    /// <inheritdoc/>
    public async Task<StepOutcome> SetUpAsync(PodContext pod, CancellationToken cancel)
    {
        var outcome = StepOutcome.Done;
        foreach (var container in pod.Pod.Spec.Containers.AsEnumerable())
        {
            var mustStart = await PodTermination.StopChangedAsync(pod, container, cancel) || RestartPolicies.ShouldStart(pod.Pod, container, pod.Runtime);
            if (pod.Runtime.Find(container.Name) is { State: ContainerState.Running })
                pod.Waiting.Remove(container.Name);
            else if (mustStart && !await starter.StartAsync(pod, container, cancel))
                outcome = StepOutcome.NotYet;
        }

        await StartEphemeralAsync(pod, cancel);
        return outcome;
    }

    /// <inheritdoc/>
    public Task TearDownAsync(PodContext pod, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Containers for debugging start once, and never again.</summary>
    private async Task StartEphemeralAsync(PodContext pod, CancellationToken cancel)
    {
        foreach (var container in pod.Pod.Spec.EphemeralContainers.AsEnumerable())
        {
            if (pod.Runtime.Find(container.Name) is null)
                await starter.StartAsync(pod, container, cancel);
        }
    }
}
