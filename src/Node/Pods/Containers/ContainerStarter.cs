using ControlPlane.Client.Events;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>Starts one container: waits out its back-off, fetches its image, makes it, starts it, and runs its postStart hook.</summary>
internal sealed class ContainerStarter(ImagePuller images, ContainerSpecs specs)
{
    private static readonly TimeSpan RetryAfterError = TimeSpan.FromSeconds(10); // kubelet: backOffPeriod of its pod workers

    /// <summary>Starts it, unless it has to wait.</summary>
    /// <returns>True when it runs. Otherwise <see cref="PodContext.Waiting"/> says why not, and the worker will come back.</returns>
    public async Task<bool> StartAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        if (MustWait(pod, container))
            return false;
        var waiting = await AttemptAsync(pod, container, cancel);
        if (waiting is null)
        {
            pod.Waiting.Remove(container.Name);
            return true;
        }
        pod.Waiting[container.Name] = waiting;
        return false;
    }

    private static bool MustWait(PodContext pod, IContainer container)
    {
        if (pod.Runtime.All(container.Name).FirstOrDefault(static dead => dead.State == ContainerState.Exited) is not { FinishedAt: { } ended })
            return false;
        var now = pod.Node.Clock.GetUtcNow();
        var remaining = pod.Restarts.Remaining(container.Name, ended, now);
        if (remaining == TimeSpan.Zero)
        {
            pod.Restarts.Raise(container.Name, ended, now);
            return false;
        }
        var delay = GoDurations.Format(pod.Restarts.DelayOf(container.Name));
        if (pod.Waiting.GetValueOrDefault(container.Name)?.Reason != "CrashLoopBackOff")
            Tell(pod, container, EventKind.Warning, "BackOff", $"Back-off restarting failed container {container.Name} in pod {pod.Pod.Display}");
        pod.Waiting[container.Name] = new WaitingReason("CrashLoopBackOff", $"back-off {delay} restarting failed container={container.Name} pod={pod.Pod.Display}");
        pod.ComeBackIn(remaining);
        return true;
    }

    /// <summary>Null when it runs.</summary>
    private async Task<WaitingReason?> AttemptAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        var sandbox = SandboxSpecs.Of(pod.Pod, pod.Node, pod.Runtime.ReadySandbox!.Identity.Attempt);
        var (image, failure) = await images.EnsureAsync(pod, container, sandbox, cancel);
        if (image is null)
            return failure;
        ContainerSpec spec;
        try
        {
            spec = await specs.BuildAsync(pod, container, image, NextAttempt(pod, container), cancel);
        }
        catch (Exception invalid) when (invalid is ContainerConfigException or TimeoutException or IOException)
        {
            return Fail(pod, container, "CreateContainerConfigError", invalid.Message);
        }
        return await CreateAndStartAsync(pod, container, spec, sandbox, cancel);
    }

    private static async Task<WaitingReason?> CreateAndStartAsync(PodContext pod, IContainer container, ContainerSpec spec, SandboxSpec sandbox, CancellationToken cancel)
    {
        var created = await pod.Node.Runtime.CreateContainerAsync(pod.Runtime.ReadySandbox!.Id, spec, sandbox, cancel);
        if (created is not CreateContainerResult.Created { Id: var id })
            return Fail(pod, container, "CreateContainerError", MessageOf(created));
        Tell(pod, container, EventKind.Normal, "Created", "Container created");
        var started = await pod.Node.Runtime.StartContainerAsync(id, cancel);
        if (started is not StartContainerResult.Started)
        {
            await pod.RefreshAsync(cancel);
            return Fail(pod, container, "RunContainerError", started is StartContainerResult.Failed failed ? failed.Message : "container not found");
        }
        Tell(pod, container, EventKind.Normal, "Started", "Container started");
        var waiting = await RunHookAsync(pod, container, id, cancel);
        await RemoveOlderAsync(pod, container, cancel);
        await pod.RefreshAsync(cancel);
        return waiting;
    }

    /// <summary>The hook runs beside the container; one that fails ends it.</summary>
    private static async Task<WaitingReason?> RunHookAsync(PodContext pod, IContainer container, ContainerId id, CancellationToken cancel)
    {
        if (container.Lifecycle?.PostStart is not { } hook)
            return null;
        if (await LifecycleHooks.RunAsync(pod, id, hook, cancel) is not { } error)
            return null;
        Tell(pod, container, EventKind.Warning, "FailedPostStartHook", $"PostStartHook failed: {error}");
        await pod.Node.Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(pod.Pod.GraceSeconds), cancel);
        return new WaitingReason("PostStartHookError", error);
    }

    /// <summary>The newest dead one is kept, for <c>logs --previous</c> and the last state (kubelet: --maximum-dead-containers-per-container).</summary>
    private static async Task RemoveOlderAsync(PodContext pod, IContainer container, CancellationToken cancel)
    {
        foreach (var dead in pod.Runtime.All(container.Name).Where(static one => one.State != ContainerState.Running).Skip(1))
        {
            await pod.Node.Runtime.RemoveContainerAsync(dead.Id, cancel);
            if (File.Exists(dead.LogPath))
                File.Delete(dead.LogPath);
        }
    }

    private static uint NextAttempt(PodContext pod, IContainer container)
    {
        if (pod.Runtime.Find(container.Name) is { } last)
            return (uint)PodLabels.RestartCountOf(last) + 1;
        // The runtime may have forgotten; the API hasn't.
        var told = pod.Pod.Status.ContainerStatuses.Concat(pod.Pod.Status.InitContainerStatuses).FirstOrDefault(status => status.Name == container.Name);
        return told is { ContainerID.Length: > 0 } ? (uint)told.RestartCount + 1 : 0;
    }

    private static string MessageOf(CreateContainerResult result) => result switch
    {
        CreateContainerResult.ImageNotPresent absent => absent.Message,
        CreateContainerResult.SandboxNotFound gone => gone.Message,
        CreateContainerResult.Failed failed => failed.Message,
        _ => "",
    };

    private static WaitingReason Fail(PodContext pod, IContainer container, string reason, string message)
    {
        Tell(pod, container, EventKind.Warning, "Failed", "Error: " + message);
        pod.ComeBackIn(RetryAfterError);
        return new WaitingReason(reason, message);
    }

    private static void Tell(PodContext pod, IContainer container, EventKind kind, string reason, string message) =>
        pod.Node.Events.Record(pod.Pod.ReferenceTo(container), kind, reason, message);
}
