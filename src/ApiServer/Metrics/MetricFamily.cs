using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ControlPlane.ApiServer.Metrics;

/// <summary>All series of one instrument.</summary>
internal sealed class MetricFamily
{
    private const int MaxSeries = 20_000; // tags come from requests; whatever is beyond this is not counted, rather than memory growing without end
    private readonly string _name;
    private readonly string _help;
    private readonly string _type;
    private readonly bool _isObserved;
    private readonly bool _isSet;
    private readonly double[] _bounds;
    private readonly ConcurrentDictionary<Tags, MetricSeries> _series = new(TagComparer.Instance);
    private readonly ConcurrentDictionary<Tags, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _bySpan;

    private MetricFamily(Instrument instrument, string type, bool isSet, double[] bounds)
    {
        (_name, _help, _type) = (instrument.Name, instrument.Description ?? "", type);
        (_isObserved, _isSet, _bounds) = (instrument.IsObservable, isSet || instrument.IsObservable, bounds);
        _bySpan = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    /// <summary>The family of an instrument; its class decides the type.</summary>
    public static MetricFamily Of(Instrument instrument)
    {
        var open = instrument.GetType().Name;
        var type = open.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : open.StartsWith("Counter", StringComparison.Ordinal) || open.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter"
            : "gauge";
        var bounds = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } given } => [.. given.Select(bound => (double)bound)],
            _ => type == "histogram" ? DefaultBounds : Array.Empty<double>(),
        };
        return new(instrument, type, isSet: open.StartsWith("Gauge", StringComparison.Ordinal), bounds);
    }

    // prometheus: DefBuckets
    private static double[] DefaultBounds => [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    /// <summary>Takes one measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_bySpan.TryGetValue(tags, out var series))
        {
            if (_series.Count >= MaxSeries)
                return;
            series = _series.GetOrAdd(Tags.Of(tags), new MetricSeries(_bounds));
        }

        if (_type == "histogram")
            series.Observe(value);
        else if (_isSet)
            series.Set(value);
        else
            series.Add(value);
    }

    /// <summary>What observable instruments no longer tell shall be gone.</summary>
    public void ForgetObserved()
    {
        if (_isObserved)
            _series.Clear();
    }

    /// <summary>Writes head and series.</summary>
    public void Write(StringBuilder text)
    {
        if (_series.IsEmpty)
            return;
        text.Append("# HELP ").Append(_name).Append(' ').Append(_help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(_name).Append(' ').Append(_type).Append('\n');
        foreach (var (tags, series) in _series.OrderBy(series => series.Key.Text, StringComparer.Ordinal))
        {
            if (_type == "histogram")
                series.WriteHistogram(text, _name, tags.Text);
            else
                AppendSample(text, _name, tags.Text, series.Value);
        }
    }

    /// <summary>One line.</summary>
    internal static void AppendSample(StringBuilder text, string name, string tags, double value)
    {
        text.Append(name);
        if (tags.Length > 0)
            text.Append('{').Append(tags).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>A number as Go prints it.</summary>
    internal static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : double.IsNaN(value) ? "NaN"
        : value == Math.Floor(value) && Math.Abs(value) < 1e15 ? ((long)value).ToString(CultureInfo.InvariantCulture)
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The tags of one series, and their text.</summary>
    private sealed record Tags(KeyValuePair<string, object?>[] Pairs, string Text)
    {
        public static Tags Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = new StringBuilder();
            foreach (var (name, value) in tags)
            {
                text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"")
                    .Append((Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                    .Append('"');
            }

            return new(tags.ToArray(), text.ToString());
        }
    }

    /// <summary>Finds series by the tags as they come, without making a key of them.</summary>
    private sealed class TagComparer : IEqualityComparer<Tags>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, Tags>
    {
        public static TagComparer Instance { get; } = new();

        public bool Equals(Tags? x, Tags? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Pairs, y));

        public int GetHashCode(Tags tags) => GetHashCode(tags.Pairs);

        public Tags Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => Tags.Of(alternate);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, Tags other)
        {
            if (alternate.Length != other.Pairs.Length)
                return false;
            for (var i = 0; i < alternate.Length; i++)
            {
                if (!object.Equals(alternate[i].Value, other.Pairs[i].Value) || alternate[i].Key != other.Pairs[i].Key)
                    return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (_, value) in alternate)
                hash.Add(value);
            return hash.ToHashCode();
        }
    }
}

/// <summary>One series: a number, or a histogram. Written by many threads, read while they write.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _value;

    /// <summary>The number; a histogram's sum.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>A gauge that is set.</summary>
    public void Set(double value) => Volatile.Write(ref _value, value);

    /// <summary>A counter, or a gauge that goes up and down.</summary>
    public void Add(double value)
    {
        double seen;
        do
            seen = Volatile.Read(ref _value);
        while (Interlocked.CompareExchange(ref _value, seen + value, seen) != seen);
    }

    /// <summary>A histogram's observation.</summary>
    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }

    /// <summary>Writes buckets, sum and count.</summary>
    public void WriteHistogram(StringBuilder text, string name, string tags)
    {
        var comma = tags.Length == 0 ? "" : ",";
        long count = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Interlocked.Read(ref _buckets[i]);
            var bound = i < bounds.Length ? MetricFamily.Number(bounds[i]) : "+Inf";
            MetricFamily.AppendSample(text, name + "_bucket", $"{tags}{comma}le=\"{bound}\"", count);
        }

        MetricFamily.AppendSample(text, name + "_sum", tags, Value);
        MetricFamily.AppendSample(text, name + "_count", tags, count);
    }
}
