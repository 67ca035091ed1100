using System.Diagnostics.Metrics;

namespace ControlPlane.Client.Queues;

/// <summary>The measurements of all queues, under upstream's names (metrics-kube-controller-manager: workqueue_*), labelled by the queue's name.</summary>
internal static class QueueMetrics
{
    public const string MeterName = "ControlPlane.Client";

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> Adds { get; } = Meter.CreateCounter<long>("workqueue_adds_total", null, "Total number of adds handled by workqueue");

    public static Counter<long> Retries { get; } = Meter.CreateCounter<long>("workqueue_retries_total", null, "Total number of retries handled by workqueue");

    public static UpDownCounter<long> Depth { get; } = Meter.CreateUpDownCounter<long>("workqueue_depth", null, "Current depth of workqueue");

    public static Histogram<double> Waiting { get; } = Meter.CreateHistogram<double>(
        "workqueue_queue_duration_seconds", "s", "How long in seconds an item stays in workqueue before being requested.");

    public static Histogram<double> Working { get; } = Meter.CreateHistogram<double>(
        "workqueue_work_duration_seconds", "s", "How long in seconds processing an item from workqueue takes.");
}
