using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace ControlPlane.ApiServer.Metrics;

/// <summary>
/// Collects every instrument of the product's meters and writes them in Prometheus' text form, under the very names that the instruments have:
/// a room that wants a metric of upstream's makes a <see cref="Meter"/> "ControlPlane.Room" and an instrument "apiserver_..." and knows nothing of this class.
/// </summary>
/// <remarks>
/// The OpenTelemetry exporter adds suffixes of its own and so cannot give upstream's names. Histograms take their buckets from the
/// instrument's <see cref="InstrumentAdvice{T}"/>. Series are found by their tags without allocation; tags must come in the same order every time.
/// </remarks>
public sealed class PrometheusCollector : IDisposable
{
    /// <summary>Meters whose names begin so are collected.</summary>
    public const string MeterPrefix = "ControlPlane";

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _collecting = new();

    /// <summary>Begins to collect, instruments made earlier included.</summary>
    public PrometheusCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument.Name, static (_, made) => MetricFamily.Of(made), instrument));
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All families by name, as text.</summary>
    public string Collect()
    {
        lock (_collecting)
        {
            foreach (var family in _families.Values)
                family.ForgetObserved();
            _listener.RecordObservableInstruments();
            var text = new StringBuilder(64 * 1024);
            foreach (var (_, family) in _families.OrderBy(family => family.Key, StringComparer.Ordinal))
                family.Write(text);
            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
