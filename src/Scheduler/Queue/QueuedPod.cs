using ControlPlane.Scheduler.Cache;

namespace ControlPlane.Scheduler.Queue;

/// <summary>Where a pod waits.</summary>
internal enum Place
{
    /// <summary>Ready for an attempt.</summary>
    Active,

    /// <summary>Will be ready when its back-off has passed.</summary>
    BackOff,

    /// <summary>Waits for a change that may help it.</summary>
    Unschedulable,

    /// <summary>A pre-enqueue plugin keeps it out.</summary>
    Gated,

    /// <summary>The loop has it.</summary>
    Current,

    /// <summary>Gone from the queue.</summary>
    None,
}

/// <summary>A pod in the scheduling queue. Belongs to the queue; the loop reads it while it has it.</summary>
internal sealed class QueuedPod(PodInfo info, DateTimeOffset arrived)
{
    public PodInfo Info { get; set; } = info;

    /// <summary>When it first came into the queue.</summary>
    public DateTimeOffset Arrived { get; } = arrived;

    /// <summary>When it came into the queue, or failed last.</summary>
    public DateTimeOffset Since { get; set; } = arrived;

    /// <summary>Attempts so far, the present one included.</summary>
    public int Attempts { get; set; }

    public Place Place { get; set; } = Place.None;

    /// <summary>The plugins whose no it must outwait.</summary>
    public IReadOnlySet<string> RejectedBy { get; set; } = new HashSet<string>();

    /// <summary>The last attempt broke: it must wait out its back-off even when the loop is idle.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Not before; see <see cref="BackOffLimits"/>.</summary>
    public DateTimeOffset BackOffUntil { get; set; }
}

/// <summary>How long pods are held back after an attempt that failed: doubling from one attempt to the next.</summary>
/// <param name="Initial">After the first.</param>
/// <param name="Max">At most.</param>
internal sealed record BackOffLimits(TimeSpan Initial, TimeSpan Max)
{
    public TimeSpan After(int attempts)
    {
        var duration = Initial;
        for (var i = 1; i < attempts && duration < Max; i++)
            duration *= 2;
        return duration < Max ? duration : Max;
    }
}
