using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Autoscaling;

namespace ControlPlane.Resources.Autoscaling;

/// <summary>What is measured against what is wanted, as kubectl shows it: "cpu: 20%/50%".</summary>
internal static class MetricTexts
{
    private const int Shown = 2; // upstream: pkg/printers, formatHPAMetrics

    internal static string Of(ValueList<MetricSpec> metrics, ValueList<MetricStatus> current)
    {
        if (metrics.IsEmpty)
            return CellTexts.None;
        var texts = new List<string>();
        for (var i = 0; i < metrics.Count; i++)
            texts.Add(Of(metrics[i], i < current.Count ? current[i] : null));
        var shown = string.Join(", ", texts.Take(Shown));
        return texts.Count > Shown ? FormattableString.Invariant($"{shown} + {texts.Count - Shown} more...") : shown;
    }

    private static string Of(MetricSpec metric, MetricStatus? status) => metric switch
    {
        { Type: "External", External: { } external } => WithAverage(external.Target, status?.External?.Current),
        { Type: "Object", Object: { } described } => WithAverage(described.Target, status?.Object?.Current),
        { Type: "Pods", Pods: { } pods } => $"{status?.Pods?.Current.AverageValue?.ToString() ?? CellTexts.Unknown}/{pods.Target.AverageValue}",
        { Type: "Resource", Resource: { } resource } => $"{resource.Name}: {OfResource(resource.Target, status?.Resource?.Current)}",
        { Type: "ContainerResource", ContainerResource: { } resource } => $"{resource.Name}: {OfResource(resource.Target, status?.ContainerResource?.Current)}",
        _ => "<unknown type>",
    };

    private static string WithAverage(MetricTarget target, MetricValueStatus? current) => target.AverageValue is { } average
        ? $"{current?.AverageValue?.ToString() ?? CellTexts.Unknown}/{average} (avg)"
        : $"{current?.Value?.ToString() ?? CellTexts.Unknown}/{target.Value}";

    private static string OfResource(MetricTarget target, MetricValueStatus? current)
    {
        if (target.AverageValue is { } average)
            return $"{current?.AverageValue?.ToString() ?? CellTexts.Unknown}/{average}";
        var now = current?.AverageUtilization is { } utilization ? Percent(utilization) : CellTexts.Unknown;
        return $"{now}/{(target.AverageUtilization is { } wanted ? Percent(wanted) : "<auto>")}";
    }

    private static string Percent(int number) => FormattableString.Invariant($"{number}%");
}
