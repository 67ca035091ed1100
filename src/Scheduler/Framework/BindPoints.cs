using ControlPlane.Scheduler.Cache;

namespace ControlPlane.Scheduler.Framework;

/// <summary>Sets something aside on the chosen node (a volume, a device) while the pod is on its way there.</summary>
internal interface IReserve : IPlugin
{
    /// <summary>Fits, or why not; then all reservations of this pod are taken back.</summary>
    Verdict Reserve(PodInfo pod, string node);

    /// <summary>Takes it back; also called where nothing was reserved.</summary>
    void Unreserve(PodInfo pod, string node);
}

/// <summary>May hold a pod back before it is bound.</summary>
internal interface IPermit : IPlugin
{
    /// <summary>Begun within the cycle, awaited beside the next ones, for at most <see cref="PluginSet.MaxPermitWait"/>.</summary>
    Task<Verdict> PermitAsync(PodInfo pod, string node, CancellationToken cancel);
}

/// <summary>Prepares the binding (provisions a volume).</summary>
internal interface IPreBind : IPlugin
{
    /// <summary>Fits, or why not.</summary>
    Task<Verdict> PreBindAsync(PodInfo pod, string node, CancellationToken cancel);
}

/// <summary>Tells the server where the pod goes. The first that does not skip decides.</summary>
internal interface IBind : IPlugin
{
    /// <summary>Fits: it is bound; Skip: another shall do it.</summary>
    Task<Verdict> BindAsync(PodInfo pod, string node, CancellationToken cancel);
}

/// <summary>Hears of pods that were bound.</summary>
internal interface IPostBind : IPlugin
{
    /// <summary>The pod is bound.</summary>
    void PostBind(PodInfo pod, string node);
}
