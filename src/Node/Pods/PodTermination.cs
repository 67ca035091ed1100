using ControlPlane.Client.Events;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;
using ContainerStatus = ControlPlane.Node.Runtime.ContainerStatus;

namespace ControlPlane.Node.Pods;

/// <summary>
/// Ends all that runs of a pod: the containers together, then the sidecars one by one, the last started first. Each gets its preStop hook and its signal, and all of
/// it must be over when the grace period is.
/// </summary>
internal static class PodTermination
{
    private static readonly TimeSpan StopMin = TimeSpan.FromSeconds(2); // kubelet: minimumGracePeriodInSeconds, so that a slow hook leaves time for the signal

    /// <summary>Returns when nothing runs any more. May be called again with less grace while it runs.</summary>
    /// <exception cref="RuntimeException">The runtime doesn't answer.</exception>
    public static async Task RunAsync(PodContext pod, TimeSpan grace, CancellationToken cancel)
    {
        var deadline = pod.Node.Clock.GetUtcNow() + grace;
        var running = pod.Runtime.Containers.Where(static container => container.State is ContainerState.Running or ContainerState.Created).ToList();
        string[] sidecars = [.. pod.Pod.Sidecars.Select(static sidecar => sidecar.Name)];
        await Task.WhenAll(running.Where(container => !sidecars.Contains(container.Name)).Select(container => StopAsync(pod, container, deadline, cancel)));
        foreach (var sidecar in running.Where(container => sidecars.Contains(container.Name)).OrderByDescending(container => Array.IndexOf(sidecars, container.Name)))
            await StopAsync(pod, sidecar, deadline, cancel);
    }

    /// <summary>Ends a running container whose definition has changed; the others go on. True: it was so, and it is to start anew, whatever the restart policy.</summary>
    /// <exception cref="RuntimeException">The runtime doesn't answer.</exception>
    public static async Task<bool> StopChangedAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        if (pod.Runtime.Find(container.Name) is not { State: ContainerState.Running } running || !PodLabels.IsOfAnother(running, container))
            return false;
        var deadline = pod.Node.Clock.GetUtcNow() + TimeSpan.FromSeconds(pod.Pod.GraceSeconds);
        await StopAsync(pod, running, $"Container {container.Name} definition changed, will be restarted", deadline, cancel);
        await pod.RefreshAsync(cancel);
        return true;
    }

    private static Task StopAsync(PodContext pod, ContainerStatus container, DateTimeOffset deadline, CancellationToken cancel) =>
        StopAsync(pod, container, $"Stopping container {container.Name}", deadline, cancel);

    private static async Task StopAsync(PodContext pod, ContainerStatus container, string why, DateTimeOffset deadline, CancellationToken cancel)
    {
        var wanted = pod.Pod.AllContainers.FirstOrDefault(one => one.Name == container.Name);
        if (wanted is not null)
            pod.Node.Events.Record(pod.Pod.ReferenceTo(wanted), EventKind.Normal, "Killing", why);
        if (wanted?.Lifecycle?.PreStop is { } hook && container.State == ContainerState.Running)
            await RunHookAsync(pod, wanted, container.Id, hook, deadline, cancel);
        var left = deadline - pod.Node.Clock.GetUtcNow();
        await pod.Node.Runtime.StopContainerAsync(container.Id, left > StopMin || wanted?.Lifecycle?.PreStop is null ? Whole(left) : StopMin, cancel);
    }

    private static async Task RunHookAsync(PodContext pod, IContainer container, ContainerId id, LifecycleHandler hook, DateTimeOffset deadline, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Whole(deadline - pod.Node.Clock.GetUtcNow()), pod.Node.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            if (await LifecycleHooks.RunAsync(pod, id, hook, both.Token) is { } error)
                pod.Node.Events.Record(pod.Pod.ReferenceTo(container), EventKind.Warning, "FailedPreStopHook", $"PreStopHook failed: {error}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The grace period is over: the hook is left to itself, and ends with its container.
        }
    }

    private static TimeSpan Whole(TimeSpan left) => left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
}
