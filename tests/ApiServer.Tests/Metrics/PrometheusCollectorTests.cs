using System.Diagnostics.Metrics;
using ControlPlane.ApiServer.Metrics;

namespace ControlPlane.ApiServer.Tests.Metrics;

internal sealed class PrometheusCollectorTests
{
    [Test]
    public void Instruments_are_written_under_their_own_names()
    {
        using var meter = new Meter("ControlPlane.Tests.Collector");
        var early = meter.CreateCounter<long>("test_early_total", description: "Made before the collector.");
        using var collector = new PrometheusCollector();
        var histogram = meter.CreateHistogram("test_seconds", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        meter.CreateObservableGauge("test_objects", () => new Measurement<long>(7, new KeyValuePair<string, object?>("resource", "po\"ds")));
        early.Add(2, new KeyValuePair<string, object?>("verb", "GET"), new KeyValuePair<string, object?>("code", "200"));
        early.Add(1, new KeyValuePair<string, object?>("verb", "GET"), new KeyValuePair<string, object?>("code", "404"));
        early.Add(1, new KeyValuePair<string, object?>("verb", "GET"), new KeyValuePair<string, object?>("code", "200"));
        histogram.Record(0.25);
        histogram.Record(0.5);
        histogram.Record(3);

        var text = collector.Collect();
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Contain("# HELP test_early_total Made before the collector.\n# TYPE test_early_total counter\n"));
            Assert.That(text, Does.Contain("test_early_total{verb=\"GET\",code=\"200\"} 3\n"));
            Assert.That(text, Does.Contain("test_early_total{verb=\"GET\",code=\"404\"} 1\n"));
            Assert.That(text, Does.Contain("# TYPE test_seconds histogram\n"));
            Assert.That(text, Does.Contain("test_seconds_bucket{le=\"0.5\"} 2\ntest_seconds_bucket{le=\"1\"} 2\ntest_seconds_bucket{le=\"+Inf\"} 3\ntest_seconds_sum 3.75\ntest_seconds_count 3\n"));
            Assert.That(text, Does.Contain("test_objects{resource=\"po\\\"ds\"} 7\n"));
        });
    }

    [Test]
    public void Other_meters_are_left_alone()
    {
        using var meter = new Meter("Somebody.Else");
        using var collector = new PrometheusCollector();
        meter.CreateCounter<long>("test_foreign_total").Add(1);
        Assert.That(collector.Collect(), Does.Not.Contain("test_foreign_total"));
    }

    [Test]
    public void The_process_tells_of_itself()
    {
        using var collector = new PrometheusCollector();
        using var process = new ProcessMetrics();
        var text = collector.Collect();
        foreach (var name in (string[])["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds", "process_open_fds", "process_max_fds"])
            Assert.That(text, Does.Contain($"\n{name} ").Or.StartWith($"{name} "), name);
    }
}
