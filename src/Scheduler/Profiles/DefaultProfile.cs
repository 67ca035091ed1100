using ControlPlane.Client;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Plugins;

namespace ControlPlane.Scheduler.Profiles;

/// <summary>A plugin in a profile.</summary>
/// <param name="Name">As in the configuration file.</param>
/// <param name="Make">Makes it.</param>
/// <param name="Weight">Of its scores; 0 where it has none.</param>
internal sealed record PluginUse(string Name, Func<IApiClient, IPlugin> Make, int Weight);

/// <summary>What runs by default.</summary>
internal static class DefaultProfile
{
    /// <summary>Pods that name no scheduler have this name set by the API server.</summary>
    public const string SchedulerName = "default-scheduler";

    /// <summary>
    /// THE list, in upstream's order (KubeSchedulerConfiguration: multiPoint). Order is meaning: filters stop at the first no, so the cheap and decisive
    /// stand first, and the first no is the reason that users read.
    /// </summary>
    public static IReadOnlyList<PluginUse> Plugins { get; } =
    [
        Use("SchedulingGates", static _ => new SchedulingGates()),
        Use("PrioritySort", static _ => new PrioritySort()),
        Use("NodeUnschedulable", static _ => new NodeUnschedulable()),
        Use("NodeName", static _ => new NodeName()),
        Use("TaintToleration", static _ => new TaintToleration(), weight: 3),
        Use("NodeAffinity", static _ => new NodeAffinity(), weight: 2),
        Use("NodePorts", static _ => new NodePorts()),
        Use("NodeResourcesFit", static _ => new NodeResourcesFit(), weight: 1),
        Use("NodeResourcesBalancedAllocation", static _ => new NodeResourcesBalancedAllocation(), weight: 1),
        Use("ImageLocality", static _ => new ImageLocality(), weight: 1),
        Use("DefaultBinder", static api => new DefaultBinder(api)),
    ];

    private static PluginUse Use(string name, Func<IApiClient, IPlugin> make, int weight = 0) => new(name, make, weight);
}
