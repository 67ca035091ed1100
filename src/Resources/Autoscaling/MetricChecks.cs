using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Autoscaling;

namespace ControlPlane.Resources.Autoscaling;

/// <summary>Checks of what is measured, and of what it should be.</summary>
internal static class MetricChecks
{
    private static readonly string[] Types = ["ContainerResource", "External", "Object", "Pods", "Resource"];

    internal static void Check(MetricSpec metric, FieldErrors at)
    {
        var isKnown = Types.Contains(metric.Type);
        if (metric.Type.Length == 0)
            at.At("type").Required("must specify a metric source type");
        if (!isKnown)
            at.At("type").NotSupported(metric.Type, Types);
        var given = CheckSources(metric, at);
        if (!isKnown)
        {
            // Upstream says so a second time when it looks for the source of the type.
            at.At("type").NotSupported(metric.Type, Types);
            return;
        }

        var expected = char.ToLowerInvariant(metric.Type[0]) + metric.Type[1..];
        if (!given.Contains(expected))
            at.At(expected).Required("must populate information for the given metric source");
        foreach (var other in given.Where(source => given.Count > 1 && source != expected))
            at.At(other).Forbidden("must populate the given metric source only");
    }

    private static List<string> CheckSources(MetricSpec metric, FieldErrors at)
    {
        var given = new List<string>();
        if (Counts(metric.Object, "object"))
            CheckObject(metric.Object!, at.At("object"));
        if (Counts(metric.External, "external"))
            CheckExternal(metric.External!, at.At("external"));
        if (Counts(metric.Pods, "pods"))
            CheckPods(metric.Pods!, at.At("pods"));
        if (Counts(metric.Resource, "resource"))
            CheckResource(metric.Resource!.Name, metric.Resource.Target, at.At("resource"));
        if (Counts(metric.ContainerResource, "containerResource"))
            CheckContainer(metric.ContainerResource!, at.At("containerResource"));
        return given;

        // Only the first source is looked into: that there are others is what is wrong then.
        bool Counts(object? source, string name)
        {
            if (source is null)
                return false;
            given.Add(name);
            return given.Count == 1;
        }
    }

    private static void CheckObject(ObjectMetricSource source, FieldErrors at)
    {
        HorizontalPodAutoscalerChecks.CheckReference(source.DescribedObject, at.At("describedObject"));
        CheckIdentifier(source.Metric, at.At("metric"));
        CheckTarget(source.Target, at.At("target"));
        if (source.Target is { Value: null, AverageValue: null })
            at.At("target").At("averageValue").Required("must set either a target value or averageValue");
    }

    private static void CheckExternal(ExternalMetricSource source, FieldErrors at)
    {
        CheckIdentifier(source.Metric, at.At("metric"));
        CheckTarget(source.Target, at.At("target"));
        if (source.Target is { Value: null, AverageValue: null })
            at.At("target").At("averageValue").Required("must set either a target value for metric or a per-pod target");
        else if (source.Target is { Value: not null, AverageValue: not null })
            at.At("target").At("value").Forbidden("may not set both a target value for metric and a per-pod target");
    }

    private static void CheckPods(PodsMetricSource source, FieldErrors at)
    {
        CheckIdentifier(source.Metric, at.At("metric"));
        CheckTarget(source.Target, at.At("target"));
        if (source.Target.AverageValue is not { Sign: > 0 })
            at.At("target").At("averageValue").Required("must specify a positive target averageValue");
    }

    private static void CheckContainer(ContainerResourceMetricSource source, FieldErrors at)
    {
        if (source.Name.Length == 0)
            at.At("name").Required("must specify a resource name");
        if (source.Container.Length == 0)
            at.At("container").Required("must specify a container");
        else
            at.At("container").Complain(source.Container, Names.Label(source.Container));
        CheckResourceTarget(source.Target, at.At("target"));
    }

    private static void CheckResource(string name, MetricTarget target, FieldErrors at)
    {
        if (name.Length == 0)
            at.At("name").Required("must specify a resource name");
        CheckResourceTarget(target, at.At("target"));
    }

    private static void CheckResourceTarget(MetricTarget target, FieldErrors at)
    {
        CheckTarget(target, at);
        if (target is { AverageUtilization: null, AverageValue: null })
            at.At("averageUtilization").Required("must set either a target raw value or a target utilization");
        else if (target is { AverageUtilization: not null, AverageValue: not null })
            at.At("averageValue").Forbidden("may not set both a target raw value and a target utilization");
    }

    private static void CheckIdentifier(MetricIdentifier metric, FieldErrors at)
    {
        if (metric.Name.Length == 0)
            at.At("name").Required("must specify a metric name");
        else
            at.At("name").Complain(metric.Name, Names.PathSegment(metric.Name, false));
    }

    private static void CheckTarget(MetricTarget target, FieldErrors at)
    {
        if (target.Type.Length == 0)
            at.At("type").Required("must specify a metric target type");
        if (target.Type is not ("Utilization" or "Value" or "AverageValue"))
            at.At("type").Invalid(target.Type, "must be either Utilization, Value, or AverageValue");
        if (target.Value is { Sign: <= 0 } value)
            at.At("value").Invalid(value.ToString(), "must be positive");
        if (target.AverageValue is { Sign: <= 0 } average)
            at.At("averageValue").Invalid(average.ToString(), "must be positive");
        if (target.AverageUtilization is { } utilization and < 1)
            at.At("averageUtilization").Invalid(utilization, "must be greater than 0");
    }
}
