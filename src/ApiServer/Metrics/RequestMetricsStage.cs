using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Metrics;

/// <summary>Counts and times every request, refused ones included (apiserver: pkg/endpoints/metrics).</summary>
internal sealed class RequestMetricsStage : IRequestStage, IDisposable
{
    private static readonly string[] Codes = [.. Enumerable.Range(0, 600).Select(code => code.ToString(CultureInfo.InvariantCulture))];
    private readonly Meter _meter = new("ControlPlane.ApiServer.Requests");
    private readonly Counter<long> _total;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _longRunning;
    private readonly TimeProvider _clock;

    /// <summary>Measures by this clock.</summary>
    public RequestMetricsStage(TimeProvider clock)
    {
        _clock = clock;
        _total = _meter.CreateCounter<long>(
            "apiserver_request_total",
            description: "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.");
        _duration = _meter.CreateHistogram(
            "apiserver_request_duration_seconds",
            description: "Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
            });
        _longRunning = _meter.CreateUpDownCounter<long>(
            "apiserver_longrunning_requests",
            description: "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.");
    }

    /// <inheritdoc/>
    public async Task InvokeAsync(ApiContext context, NextStage next)
    {
        var start = _clock.GetTimestamp();
        var labels = LabelsOf(context);
        var code = 500;
        var running = context.Info.IsLongRunning ? LongRunningTags(labels) : default;
        if (context.Info.IsLongRunning)
            _longRunning.Add(1, running);
        try
        {
            await next(context);
            code = context.Http.Response.StatusCode;
        }
        catch (ApiException refused)
        {
            code = refused.Code;
            throw;
        }
        finally
        {
            if (context.Info.IsLongRunning)
                _longRunning.Add(-1, running);
            Record(labels, code, _clock.GetElapsedTime(start));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Record(in Labels labels, int code, TimeSpan elapsed)
    {
        _total.Add(1, new TagList
        {
            { "code", code is >= 0 and < 600 ? Codes[code] : Codes[0] }, { "component", "apiserver" }, { "dry_run", labels.DryRun }, { "group", labels.Group },
            { "resource", labels.Resource }, { "scope", labels.Scope }, { "subresource", labels.Subresource }, { "verb", labels.Verb }, { "version", labels.Version },
        });
        _duration.Record(elapsed.TotalSeconds, new TagList
        {
            { "component", "apiserver" }, { "dry_run", labels.DryRun }, { "group", labels.Group }, { "resource", labels.Resource },
            { "scope", labels.Scope }, { "subresource", labels.Subresource }, { "verb", labels.Verb }, { "version", labels.Version },
        });
    }

    private static TagList LongRunningTags(in Labels labels) => new()
    {
        { "component", "apiserver" }, { "group", labels.Group }, { "resource", labels.Resource }, { "scope", labels.Scope },
        { "subresource", labels.Subresource }, { "verb", labels.Verb }, { "version", labels.Version },
    };

    private static Labels LabelsOf(ApiContext context)
    {
        var (info, request) = (context.Info, context.Http.Request);
        // A path that is no resource has its own as subresource only where it is known: others would be labels without end.
        var subresource = info.IsResource ? info.Subresource : info.Path is "/healthz" or "/livez" or "/readyz" or "/metrics" or "/version" ? info.Path : "";
        return new Labels(
            info.Group,
            info.Version,
            info.Resource,
            subresource,
            RequestVerb.Of(info, request.Method, request.ContentType),
            RequestVerb.Scope(info),
            request.Query.ContainsKey("dryRun") ? "All" : "");
    }

    private readonly record struct Labels(string Group, string Version, string Resource, string Subresource, string Verb, string Scope, string DryRun);
}
