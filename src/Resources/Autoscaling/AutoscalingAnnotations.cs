using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Autoscaling;
using System.Text;

namespace ControlPlane.Resources.Autoscaling;

/// <summary>The annotations in which an autoscaler of the old version carries what the version has no fields for.</summary>
internal static class AutoscalingAnnotations
{
    private const string Metrics = "autoscaling.alpha.kubernetes.io/metrics";
    private const string Behavior = "autoscaling.alpha.kubernetes.io/behavior";
    private const string CurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
    private const string Conditions = "autoscaling.alpha.kubernetes.io/conditions";

    internal static ValueMap<string> With(
        ValueMap<string> annotations, ValueList<MetricSpec> metrics, HorizontalPodAutoscalerBehavior? behavior, HorizontalPodAutoscalerStatus status)
    {
        annotations = Without(annotations);
        // Whole objects with one list in them, so that the codecs of the records read and write them.
        if (!metrics.IsEmpty)
            annotations = annotations.With(Metrics, List(new HorizontalPodAutoscalerSpec { Metrics = metrics }, "metrics"));
        if (behavior is not null)
            annotations = annotations.With(Behavior, Encoding.UTF8.GetString(Json.EncodeMessage(behavior)));
        if (!status.CurrentMetrics.IsEmpty)
            annotations = annotations.With(CurrentMetrics, List(new HorizontalPodAutoscalerStatus { CurrentMetrics = status.CurrentMetrics }, "currentMetrics"));
        if (!status.Conditions.IsEmpty)
            annotations = annotations.With(Conditions, List(new HorizontalPodAutoscalerStatus { Conditions = status.Conditions }, "conditions"));
        return annotations;
    }

    internal static ValueMap<string> Without(ValueMap<string> annotations) =>
        annotations.Without(Metrics).Without(Behavior).Without(CurrentMetrics).Without(Conditions);

    /// <summary>What the annotations carry; one that cannot be read carries nothing, as upstream has it.</summary>
    internal static (ValueList<MetricSpec> Metrics, HorizontalPodAutoscalerBehavior? Behavior, ValueList<MetricStatus> CurrentMetrics, ValueList<HorizontalPodAutoscalerCondition> Conditions)
        Read(ValueMap<string> annotations) =>
    (
        Decode(annotations.Find(Metrics), "metrics", HorizontalPodAutoscalerSpec.Empty).Metrics,
        annotations.Find(Behavior) is { } behavior ? Decode(behavior, null, HorizontalPodAutoscalerBehavior.Empty) : null,
        Decode(annotations.Find(CurrentMetrics), "currentMetrics", HorizontalPodAutoscalerStatus.Empty).CurrentMetrics,
        Decode(annotations.Find(Conditions), "conditions", HorizontalPodAutoscalerStatus.Empty).Conditions);

    private static string List(IMessage message, string field)
    {
        using var document = System.Text.Json.JsonDocument.Parse(Json.EncodeMessage(message));
        return document.RootElement.GetProperty(field).GetRawText();
    }

    private static T Decode<T>(string? text, string? field, T nothing)
        where T : class, IMessage<T>
    {
        if (string.IsNullOrEmpty(text))
            return nothing;
        try
        {
            return Json.Decode<T>(Encoding.UTF8.GetBytes(field is null ? text : $"{{\"{field}\":{text}}}"));
        }
        catch (DecodeException)
        {
            return nothing;
        }
    }
}
