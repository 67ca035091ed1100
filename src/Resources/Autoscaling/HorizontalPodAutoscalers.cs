using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Autoscaling;

namespace ControlPlane.Resources.Autoscaling;

/// <summary>Keeps as many pods as measurements ask for, within bounds.</summary>
internal sealed class HorizontalPodAutoscalers : ResourceDefinition<HorizontalPodAutoscaler>
{
    private const int DefaultUtilization = 80; // upstream: pkg/apis/autoscaling, DefaultCPUUtilization

    protected override void Declare(Declaration<HorizontalPodAutoscaler> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status }, CheckStatus)
        .ResetFields("status")
        .StatusResetFields("spec")
        .ServedAs<Types.Autoscaling.V1.HorizontalPodAutoscaler>(
            AutoscalingV1.From, AutoscalingV1.To, value => value.Spec.MinReplicas is null ? value with { Spec = value.Spec with { MinReplicas = 1 } } : value)
        .NameColumn()
        .Column("Reference", value => $"{value.Spec.ScaleTargetRef.Kind}/{value.Spec.ScaleTargetRef.Name}")
        .Column("Targets", value => MetricTexts.Of(value.Spec.Metrics, value.Status.CurrentMetrics))
        .Column("MinPods", value => value.Spec.MinReplicas?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "<unset>")
        .Column("MaxPods", value => value.Spec.MaxReplicas)
        .Column("Replicas", value => value.Status.CurrentReplicas)
        .AgeColumn();

    protected override HorizontalPodAutoscaler Default(HorizontalPodAutoscaler value)
    {
        var spec = value.Spec with { MinReplicas = value.Spec.MinReplicas ?? 1 };
        if (spec.Metrics.IsEmpty)
            spec = spec with { Metrics = [new() { Type = "Resource", Resource = new() { Name = "cpu", Target = new() { Type = "Utilization", AverageUtilization = DefaultUtilization } } }] };
        if (spec.Behavior is { } behavior)
            spec = spec with { Behavior = new() { ScaleUp = WithDefaults(behavior.ScaleUp, Up), ScaleDown = WithDefaults(behavior.ScaleDown, Down) } };
        return value with { Spec = spec };
    }

    protected override void Validate(HorizontalPodAutoscaler value, FieldErrors errors) => HorizontalPodAutoscalerChecks.Check(value.Spec, errors.At("spec"));

    private static readonly HPAScalingRules Up = new()
    {
        StabilizationWindowSeconds = 0,
        SelectPolicy = "Max",
        Policies = [new() { Type = "Pods", Value = 4, PeriodSeconds = 15 }, new() { Type = "Percent", Value = 100, PeriodSeconds = 15 }],
    };

    private static readonly HPAScalingRules Down = new()
    {
        SelectPolicy = "Max",
        Policies = [new() { Type = "Percent", Value = 100, PeriodSeconds = 15 }],
    };

    // An empty list of policies is a mistake that is told, not one that is filled.
    private static HPAScalingRules WithDefaults(HPAScalingRules? rules, HPAScalingRules defaults) => rules is null ? defaults : rules with
    {
        StabilizationWindowSeconds = rules.StabilizationWindowSeconds ?? defaults.StabilizationWindowSeconds,
        SelectPolicy = rules.SelectPolicy ?? defaults.SelectPolicy,
        Policies = rules.Policies.IsNil ? defaults.Policies : rules.Policies,
    };

    private static void CheckStatus(HorizontalPodAutoscaler value, HorizontalPodAutoscaler old, FieldErrors errors) => Apps.ReplicaCounts.NonNegative(
        errors.At("status"), ("currentReplicas", value.Status.CurrentReplicas), ("desiredReplicas", value.Status.DesiredReplicas));
}
