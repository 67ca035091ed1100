using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Autoscaling;

namespace ControlPlane.Resources.Autoscaling;

/// <summary>All that can be wrong with an autoscaler, in upstream's order (pkg/apis/autoscaling/validation).</summary>
internal static class HorizontalPodAutoscalerChecks
{
    private const int MaxPeriodSeconds = 1800; // upstream: MaxPeriodSeconds
    private const int MaxWindowSeconds = 3600; // upstream: MaxStabilizationWindowSeconds

    internal static void Check(HorizontalPodAutoscalerSpec value, FieldErrors spec)
    {
        if (value.MinReplicas is { } min and < 1)
            spec.At("minReplicas").Invalid(min, "must be greater than or equal to 1");
        if (value.MaxReplicas == 0)
            spec.At("maxReplicas").Required("must be set and greater than 0");
        else if (value.MaxReplicas < 1)
            spec.At("maxReplicas").Invalid(value.MaxReplicas, "must be greater than or equal to 1");
        if (value.MinReplicas is { } least && value.MaxReplicas < least)
            spec.At("maxReplicas").Invalid(value.MaxReplicas, "must be greater than or equal to `minReplicas`");
        CheckReference(value.ScaleTargetRef, spec.At("scaleTargetRef"));
        for (var i = 0; i < value.Metrics.Count; i++)
            MetricChecks.Check(value.Metrics[i], spec.At("metrics", i));
        if (value.MinReplicas == 0 && !value.Metrics.Any(metric => metric.Type is "Object" or "External"))
            spec.At("metrics").Forbidden("must specify at least one Object or External metric to support scaling to zero replicas");
        CheckRules(value.Behavior?.ScaleUp, spec.At("behavior").At("scaleUp"));
        CheckRules(value.Behavior?.ScaleDown, spec.At("behavior").At("scaleDown"));
    }

    internal static void CheckReference(CrossVersionObjectReference reference, FieldErrors at)
    {
        RequireSegment(reference.Kind, at.At("kind"));
        RequireSegment(reference.Name, at.At("name"));
        if (!GroupVersion.TryParse(reference.ApiVersion, out var version))
            at.At("apiVersion").Invalid(reference.ApiVersion, "unexpected GroupVersion string: " + reference.ApiVersion);
        else if (version.Group.Length == 0 && reference.Kind != "ReplicationController")
            at.At("apiVersion").Invalid(reference.ApiVersion, "apiVersion must specify API group");
    }

    private static void RequireSegment(string value, FieldErrors at)
    {
        if (value.Length == 0)
            at.Required();
        else
            at.Complain(value, Names.PathSegment(value, false));
    }

    private static void CheckRules(HPAScalingRules? rules, FieldErrors at)
    {
        if (rules is null)
            return;
        if (rules.StabilizationWindowSeconds is { } window)
        {
            if (window < 0)
                at.At("stabilizationWindowSeconds").Invalid(window, "must be greater than or equal to zero");
            if (window > MaxWindowSeconds)
                at.At("stabilizationWindowSeconds").Invalid(window, FormattableString.Invariant($"must be less than or equal to {MaxWindowSeconds}"));
        }

        if (rules.SelectPolicy is { } select)
            at.At("selectPolicy").OneOf(select, "Disabled", "Max", "Min");
        if (rules.Policies.IsEmpty)
            at.At("policies").Required("must specify at least one Policy");
        for (var i = 0; i < rules.Policies.Count; i++)
            CheckPolicy(rules.Policies[i], at.At("policies", i));
        if (rules.Tolerance is { Sign: < 0 } tolerance)
            at.At("tolerance").Invalid(tolerance.ToString(), "must be greater than or equal to 0");
    }

    private static void CheckPolicy(HPAScalingPolicy policy, FieldErrors at)
    {
        at.At("type").OneOf(policy.Type, "Percent", "Pods");
        if (policy.Value <= 0)
            at.At("value").Invalid(policy.Value, "must be greater than zero");
        if (policy.PeriodSeconds <= 0)
            at.At("periodSeconds").Invalid(policy.PeriodSeconds, "must be greater than zero");
        if (policy.PeriodSeconds > MaxPeriodSeconds)
            at.At("periodSeconds").Invalid(policy.PeriodSeconds, FormattableString.Invariant($"must be less than or equal to {MaxPeriodSeconds}"));
    }
}
