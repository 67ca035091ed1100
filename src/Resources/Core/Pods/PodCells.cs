using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What kubectl get pods shows (printers: printPod).</summary>
internal static class PodCells
{
    private const string Nothing = "<none>";

    extension(Declaration<Pod> resource)
    {
        internal Declaration<Pod> PodColumns() => resource
            .NameColumn()
            .Column("Ready", pod => string.Create(CultureInfo.InvariantCulture, $"{PodSummary.Of(pod).Ready}/{PodSummary.Of(pod).Total}"))
            .Column("Status", pod => PodSummary.Of(pod).Status)
            .Column("Restarts", Restarts)
            .AgeColumn()
            .Column("IP", pod => pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs[0].Ip : OrNothing(pod.Status.PodIP), wide: true)
            .Column("Node", pod => OrNothing(pod.Spec.NodeName), wide: true)
            .Column("Nominated Node", pod => OrNothing(pod.Status.NominatedNodeName), wide: true)
            .Column("Readiness Gates", ReadinessGates, wide: true);
    }

    private static TableCell Restarts(Pod pod)
    {
        var summary = PodSummary.Of(pod);
        var count = summary.Restarts.ToString(CultureInfo.InvariantCulture);
        return summary.Restarts != 0 && summary.LastRestart is { IsZero: false } last ? TableCell.Age(last, count + " ({0} ago)") : count;
    }

    private static TableCell ReadinessGates(Pod pod)
    {
        var gates = pod.Spec.ReadinessGates;
        if (gates.IsEmpty)
            return Nothing;
        var open = gates.Count(gate => pod.Status.Conditions.Any(condition => condition.Type == gate.ConditionType && condition.Status == "True"));
        return string.Create(CultureInfo.InvariantCulture, $"{open}/{gates.Count}");
    }

    private static string OrNothing(string text) => text.Length > 0 ? text : Nothing;
}
