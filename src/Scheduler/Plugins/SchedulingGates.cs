using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Keeps pods out of the queue while they have scheduling gates. The API server has told the user so when the pod was made.</summary>
internal sealed class SchedulingGates : IPreEnqueue
{
    public string Name => "SchedulingGates";

    public IReadOnlyList<WakeUp> WakesUpOn { get; } = [WakeUp.OnItself(Change.Gates)];

    public Verdict PreEnqueue(Pod pod) => pod.Spec.SchedulingGates.IsEmpty
        ? Verdict.Fits
        : Verdict.NeverFits($"waiting for scheduling gates: [{string.Join(' ', pod.Spec.SchedulingGates.Select(static gate => gate.Name))}]");
}
