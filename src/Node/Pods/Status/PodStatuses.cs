using ControlPlane.Machinery.Values;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Status;

/// <summary>Why a pod as a whole is as it is, where there is a reason: its deadline passed, its node refused it.</summary>
internal sealed record PodVerdict(string Reason, string Message);

/// <summary>A pod's status, from what the runtime has and what was learned on the way. Pure: it changes nothing and asks nobody.</summary>
internal static class PodStatuses
{
    /// <summary>The status, over the one that the API has.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="verdict">Why it was ended; null where it ended, or runs, by itself.</param>
    /// <param name="hasEnded">All its containers were stopped for good.</param>
    public static PodStatus Of(PodContext pod, PodVerdict? verdict, bool hasEnded)
    {
        var now = Timestamp.From(pod.Node.Clock.GetUtcNow());
        var before = pod.Pod.Status;
        var containers = ContainerStatuses.Of(pod, pod.Pod.Spec.Containers.OrderBy(static container => container.Name, StringComparer.Ordinal), before.ContainerStatuses);
        var init = ContainerStatuses.Of(pod, pod.Pod.Spec.InitContainers, before.InitContainerStatuses);
        if (hasEnded)
            (containers, init) = (WasInitialized(pod.Pod.Spec, init, containers) ? Conclude(containers) : containers, ConcludeStarted(init));
        var status = before with
        {
            ObservedGeneration = pod.Pod.Metadata.Generation,
            StartTime = before.StartTime ?? now,
            ContainerStatuses = containers,
            InitContainerStatuses = init,
            EphemeralContainerStatuses = ContainerStatuses.Of(pod, pod.Pod.Spec.EphemeralContainers, before.EphemeralContainerStatuses),
            Reason = verdict?.Reason ?? before.Reason,
            Message = verdict?.Message ?? before.Message,
            HostIP = pod.Node.Addresses[0].ToString(),
            HostIPs = pod.Node.Addresses.Select(static address => new HostIP { Ip = address.ToString() }).ToValueList(),
        };
        status = WithAddresses(pod, status);
        // What has ended stays ended.
        status = status with { Phase = pod.Pod.IsFinished ? before.Phase : verdict is not null && hasEnded ? "Failed" : PodPhases.Of(pod.Pod.Spec, init, containers, hasEnded) };
        return status with { Conditions = PodConditions.Of(pod, status, pod.Runtime.ReadySandbox is not null, now) };
    }

    private static PodStatus WithAddresses(PodContext pod, PodStatus status)
    {
        var addresses = PodFields.AddressesOf(pod);
        if (addresses.Count == 0 || (pod.Pod.Spec.HostNetwork && pod.Runtime.ReadySandbox is null))
            return status; // the last known ones stay: Services still drain to them
        return status with { PodIP = addresses[0].ToString(), PodIPs = addresses.Select(static address => new PodIP { Ip = address.ToString() }).ToValueList() };
    }

    /// <summary>Was there ever a time when the containers were due (upstream: hasPodInitialized)? Those that never were still wait.</summary>
    private static bool WasInitialized(PodSpec spec, ValueList<ContainerStatus> init, ValueList<ContainerStatus> containers) =>
        spec.InitContainers.IsEmpty || containers.Any(HasStarted) || (!init.IsEmpty && PodPhases.IsInitialized(spec, init[^1]));

    /// <summary>Concludes the init containers as far as one has started (upstream: initializedContainers).</summary>
    private static ValueList<ContainerStatus> ConcludeStarted(ValueList<ContainerStatus> init)
    {
        var started = init.Count;
        while (started > 0 && !HasStarted(init[started - 1]))
            started--;
        return Conclude(init.Take(started).ToValueList()).Concat(init.Skip(started)).ToValueList();
    }

    private static bool HasStarted(ContainerStatus status) => status.State.Running is not null || status.State.Terminated is not null || status.LastState.Terminated is not null;

    /// <summary>Nothing runs any more: a container of which the runtime can't tell the end has one all the same (upstream: TerminatePod).</summary>
    private static ValueList<ContainerStatus> Conclude(ValueList<ContainerStatus> statuses) => statuses.Select(static status =>
    {
        if (status.State.Terminated is not null)
            return status with { Ready = status.Ready && status.State.Terminated.ExitCode == 0, Started = false };
        if (status.LastState.Terminated is not null && status.State.Running is null)
            return status with { State = status.LastState, LastState = ContainerState.Empty, Ready = false, Started = false };
        return status with
        {
            State = new ContainerState
            {
                Terminated = new ContainerStateTerminated
                {
                    Reason = "ContainerStatusUnknown",
                    Message = "The container could not be located when the pod was terminated",
                    ExitCode = 137,
                },
            },
            Ready = false,
            Started = false,
        };
    }).ToValueList();
}
