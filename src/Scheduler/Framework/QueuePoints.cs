using ControlPlane.Scheduler.Queue;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Framework;

/// <summary>May the pod be considered at all yet? A pod that may not is kept out of the queue without an attempt.</summary>
internal interface IPreEnqueue : IPlugin
{
    /// <summary>Fits, or why not. Called under the queue's lock: it must be quick.</summary>
    Verdict PreEnqueue(Pod pod);
}

/// <summary>Which of two waiting pods comes first. There is one such plugin for all profiles.</summary>
internal interface IQueueSort : IPlugin, IComparer<QueuedPod>;
