using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods;

/// <summary>Why a container does not run.</summary>
/// <param name="Reason">One word: "CrashLoopBackOff".</param>
/// <param name="Message">A sentence; may be empty.</param>
internal sealed record WaitingReason(string Reason, string Message);

/// <summary>
/// One pod as its worker and its steps see it: what is wanted, what the runtime has, and what was learned on the way. Only the pod's worker touches it, so nothing is
/// locked. All of it can be lost: an agent that starts again finds what matters in the runtime and in the API.
/// </summary>
internal sealed class PodContext(Pod pod, NodeContext node, Action wake)
{
    private static readonly TimeSpan RestartInitial = TimeSpan.FromSeconds(10); // kubelet: crash-loop back-off, initial
    private static readonly TimeSpan RestartLongest = TimeSpan.FromMinutes(5); // kubelet: MaxContainerBackOff
    private static readonly TimeSpan PullInitial = TimeSpan.FromSeconds(10); // kubelet: imageBackOffPeriod
    private static readonly TimeSpan PullLongest = TimeSpan.FromMinutes(5); // kubelet: MaxImageBackOff

    /// <summary>What is wanted: the newest that the API has told.</summary>
    public Pod Pod { get; set; } = pod;

    /// <summary>The node that it runs on.</summary>
    public NodeContext Node { get; } = node;

    /// <summary>Wakes the pod's worker; may be called by anyone.</summary>
    public Action Wake { get; } = wake;

    /// <summary>What the runtime has of it.</summary>
    public PodRuntimeState Runtime { get; set; } = PodRuntimeState.Empty;

    /// <summary>Why containers that should run do not, by name.</summary>
    public Dictionary<string, WaitingReason> Waiting { get; } = new(StringComparer.Ordinal);

    /// <summary>Where each volume lies on the host, by the volume's name; filled by the step that makes them.</summary>
    public Dictionary<string, string> Volumes { get; } = new(StringComparer.Ordinal);

    /// <summary>Delays of restarts, by container.</summary>
    public BackOffTable Restarts { get; } = new(RestartInitial, RestartLongest);

    /// <summary>Delays of pulls, by image.</summary>
    public BackOffTable Pulls { get; } = new(PullInitial, PullLongest);

    /// <summary>When the last pull of an image failed, and with what text.</summary>
    public Dictionary<string, (DateTimeOffset At, string Error)> FailedPulls { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes the status as it is now, before something that takes long.</summary>
    public Func<CancellationToken, Task> ReportAsync { get; set; } = static _ => Task.CompletedTask;

    /// <summary>When the worker wants to be woken by time; null for not at all.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Asks the runtime what there is.</summary>
    public async Task RefreshAsync(CancellationToken cancel) =>
        Runtime = await PodRuntimeState.ReadAsync(Node.Runtime, Pod.Metadata.Uid, Runtime, cancel);

    /// <summary>Something is to be looked at again after this time, at the latest.</summary>
    public void ComeBackIn(TimeSpan time)
    {
        if (Due is null || time < Due)
            Due = time;
    }

    /// <summary>A new pass begins.</summary>
    public void ForgetDue() => Due = null;
}
