using System.Net;
using ControlPlane.Node.Runtime;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;
using ContainerStatus = ControlPlane.Node.Runtime.ContainerStatus;

namespace ControlPlane.Node.Pods;

/// <summary>What the runtime has of one pod, at one moment. Immutable.</summary>
/// <param name="Sandboxes">The pod's sandboxes, newest first.</param>
/// <param name="Containers">All its containers, newest first.</param>
internal sealed record PodRuntimeState(IReadOnlyList<SandboxStatus> Sandboxes, IReadOnlyList<ContainerStatus> Containers)
{
    /// <summary>Nothing.</summary>
    public static PodRuntimeState Empty { get; } = new([], []);

    /// <summary>The sandbox that runs, if the newest one does: an older one that still runs is only to be removed.</summary>
    public SandboxStatus? ReadySandbox => Sandboxes is [{ State: SandboxState.Ready } newest, ..] ? newest : null;

    /// <summary>The pod's addresses; none with the host's network or without a sandbox.</summary>
    public IReadOnlyList<IPAddress> Addresses => ReadySandbox?.Addresses ?? [];

    /// <summary>Does any container run?</summary>
    public bool AnyRunning => Containers.Any(static container => container.State == ContainerState.Running);

    /// <summary>The newest container of that name; null if there was none.</summary>
    public ContainerStatus? Find(string name) => Containers.FirstOrDefault(container => container.Name == name);

    /// <summary>All containers of that name, newest first.</summary>
    public IEnumerable<ContainerStatus> All(string name) => Containers.Where(container => container.Name == name);

    /// <summary>Reads it, by the pod's uid. Containers that have ended never change: those of <paramref name="before"/> are kept and not asked for again.</summary>
    /// <exception cref="RuntimeException">The runtime doesn't answer.</exception>
    public static async Task<PodRuntimeState> ReadAsync(IContainerRuntime runtime, string uid, PodRuntimeState before, CancellationToken cancel)
    {
        var labels = new Dictionary<string, string> { [PodLabels.PodUid] = uid };
        var sandboxes = new List<SandboxStatus>();
        foreach (var sandbox in await runtime.ListSandboxesAsync(new SandboxFilter { Labels = labels }, cancel))
        {
            if (await runtime.InspectSandboxAsync(sandbox.Id, cancel) is { } status)
                sandboxes.Add(status);
        }
        var containers = new List<ContainerStatus>();
        foreach (var container in await runtime.ListContainersAsync(new ContainerFilter { Labels = labels }, cancel))
        {
            var known = before.Containers.FirstOrDefault(known => known.Id == container.Id && known.State == ContainerState.Exited);
            if ((known ?? await runtime.InspectContainerAsync(container.Id, cancel)) is { } status)
                containers.Add(status);
        }
        return new PodRuntimeState(
            [.. sandboxes.OrderByDescending(static sandbox => sandbox.Identity.Attempt).ThenByDescending(static sandbox => sandbox.CreatedAt)],
            [.. containers.OrderByDescending(static container => container.CreatedAt).ThenByDescending(static container => container.Attempt)]);
    }
}
