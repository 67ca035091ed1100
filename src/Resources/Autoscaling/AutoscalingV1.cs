using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Autoscaling;

namespace ControlPlane.Resources.Autoscaling;

/// <summary>
/// The old version knows the processor's utilization and nothing else. What else a newer client said travels in annotations, so that nothing is lost when
/// an old one writes back what it read (upstream: pkg/apis/autoscaling/v1/conversion.go).
/// </summary>
internal static class AutoscalingV1
{
    private const string Cpu = "cpu";

    internal static Types.Autoscaling.V1.HorizontalPodAutoscaler From(HorizontalPodAutoscaler value)
    {
        var (cpu, others) = Split(value.Spec.Metrics);
        return new()
        {
            Metadata = value.Metadata with { Annotations = AutoscalingAnnotations.With(value.Metadata.Annotations, others, value.Spec.Behavior, value.Status) },
            Spec = new()
            {
                ScaleTargetRef = new() { ApiVersion = value.Spec.ScaleTargetRef.ApiVersion, Kind = value.Spec.ScaleTargetRef.Kind, Name = value.Spec.ScaleTargetRef.Name },
                MinReplicas = value.Spec.MinReplicas,
                MaxReplicas = value.Spec.MaxReplicas,
                TargetCPUUtilizationPercentage = cpu,
            },
            Status = new()
            {
                ObservedGeneration = value.Status.ObservedGeneration,
                LastScaleTime = value.Status.LastScaleTime,
                CurrentReplicas = value.Status.CurrentReplicas,
                DesiredReplicas = value.Status.DesiredReplicas,
                CurrentCPUUtilizationPercentage = value.Status.CurrentMetrics
                    .FirstOrDefault(metric => metric is { Type: "Resource", Resource.Name: Cpu })?.Resource?.Current.AverageUtilization,
            },
        };
    }

    internal static HorizontalPodAutoscaler To(Types.Autoscaling.V1.HorizontalPodAutoscaler value)
    {
        var carried = AutoscalingAnnotations.Read(value.Metadata.Annotations);
        var metrics = carried.Metrics;
        if (value.Spec.TargetCPUUtilizationPercentage is { } cpu)
            metrics = [Utilization(cpu), .. metrics];
        return new()
        {
            Metadata = value.Metadata with { Annotations = AutoscalingAnnotations.Without(value.Metadata.Annotations) },
            Spec = new()
            {
                ScaleTargetRef = new() { ApiVersion = value.Spec.ScaleTargetRef.ApiVersion, Kind = value.Spec.ScaleTargetRef.Kind, Name = value.Spec.ScaleTargetRef.Name },
                MinReplicas = value.Spec.MinReplicas,
                MaxReplicas = value.Spec.MaxReplicas,
                Metrics = metrics,
                Behavior = carried.Behavior,
            },
            Status = new()
            {
                ObservedGeneration = value.Status.ObservedGeneration,
                LastScaleTime = value.Status.LastScaleTime,
                CurrentReplicas = value.Status.CurrentReplicas,
                DesiredReplicas = value.Status.DesiredReplicas,
                CurrentMetrics = carried.CurrentMetrics,
                Conditions = carried.Conditions,
            },
        };
    }

    private static (int? Cpu, ValueList<MetricSpec> Others) Split(ValueList<MetricSpec> metrics)
    {
        var at = metrics.FindIndex(metric => metric is { Type: "Resource", Resource: { Name: Cpu, Target.AverageUtilization: not null } });
        return at < 0 ? (null, metrics) : (metrics[at].Resource!.Target.AverageUtilization, metrics.RemoveAt(at));
    }

    private static MetricSpec Utilization(int percent) => new()
    {
        Type = "Resource",
        Resource = new() { Name = Cpu, Target = new() { Type = "Utilization", AverageUtilization = percent } },
    };
}
