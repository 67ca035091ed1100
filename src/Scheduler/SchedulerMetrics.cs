using System.Diagnostics.Metrics;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Queue;

namespace ControlPlane.Scheduler;

/// <summary>scheduler_*, under upstream's names (metrics-kube-scheduler).</summary>
internal static class SchedulerMetrics
{
    private static readonly Meter Meter = new("ControlPlane.Scheduler");

    // upstream: exponential buckets from 1 ms, doubling, 15 of them
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, 15).Select(static power => 0.001 * (1 << power))],
    };

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "scheduler_schedule_attempts_total", null, "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.");

    private static readonly Histogram<double> AttemptDuration = Meter.CreateHistogram(
        "scheduler_scheduling_attempt_duration_seconds", "s", "Scheduling attempt latency in seconds (scheduling algorithm + binding)", null, Durations);

    private static readonly Histogram<double> PodAttempts = Meter.CreateHistogram(
        "scheduler_pod_scheduling_attempts", null, "Number of attempts to successfully schedule a pod.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 4, 8, 16] });

    private static readonly Histogram<double> PodDuration = Meter.CreateHistogram(
        "scheduler_pod_scheduling_sli_duration_seconds", "s", "E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.",
        null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [.. Enumerable.Range(0, 20).Select(static power => 0.01 * (1L << power))] });

    /// <summary>From the snapshot to the choice of a node.</summary>
    public static Histogram<double> Algorithm { get; } = Meter.CreateHistogram(
        "scheduler_scheduling_algorithm_duration_seconds", "s", "Scheduling algorithm latency in seconds", null, Durations);

    /// <summary>An attempt has ended.</summary>
    public static void Attempted(string result, string profile, TimeSpan duration)
    {
        Attempts.Add(1, new("profile", profile), new("result", result));
        AttemptDuration.Record(duration.TotalSeconds, new("profile", profile), new("result", result));
    }

    /// <summary>A pod is bound.</summary>
    public static void Scheduled(int attempts, TimeSpan duration)
    {
        PodAttempts.Record(attempts);
        PodDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("attempts", attempts));
    }

    /// <summary>Gauges of one scheduler; they end with the meter that is returned.</summary>
    public static Meter Observe(SchedulingQueue queue, SchedulerCache cache)
    {
        var meter = new Meter("ControlPlane.Scheduler.State");
        meter.CreateObservableGauge(
            "scheduler_pending_pods",
            () => new Measurement<int>[]
            {
                new(queue.Count(Place.Active), new KeyValuePair<string, object?>("queue", "active")),
                new(queue.Count(Place.BackOff), new KeyValuePair<string, object?>("queue", "backoff")),
                new(queue.Count(Place.Unschedulable), new KeyValuePair<string, object?>("queue", "unschedulable")),
                new(queue.Count(Place.Gated), new KeyValuePair<string, object?>("queue", "gated")),
            },
            null,
            "Number of pending pods, by the queue type.");
        meter.CreateObservableGauge(
            "scheduler_cache_size",
            () => Sizes(cache),
            null,
            "Number of nodes, pods, and assumed (bound) pods in the scheduler cache.");
        return meter;
    }

    private static Measurement<int>[] Sizes(SchedulerCache cache)
    {
        var (nodes, pods, assumed) = cache.Sizes;
        return
        [
            new(nodes, new KeyValuePair<string, object?>("type", "nodes")),
            new(pods, new KeyValuePair<string, object?>("type", "pods")),
            new(assumed, new KeyValuePair<string, object?>("type", "assumed_pods")),
        ];
    }
}
