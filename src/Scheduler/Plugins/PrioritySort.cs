using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Queue;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Pods of higher priority first; of the same, the one that has waited longer.</summary>
internal sealed class PrioritySort : IQueueSort
{
    public string Name => "PrioritySort";

    public int Compare(QueuedPod? x, QueuedPod? y)
    {
        var order = y!.Info.Priority.CompareTo(x!.Info.Priority);
        return order != 0 ? order : x.Since.CompareTo(y.Since);
    }
}
