using System.Diagnostics.Metrics;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Metrics;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.FlowControl;

/// <summary>
/// Keeps the number of requests in flight bounded, those that change something apart from those that read; what is beyond is 429 with Retry-After.
/// Long-running requests don't count, and system:masters is never refused (apiserver: pkg/server/filters/maxinflight.go).
/// </summary>
internal sealed class FlowControlStage : IRequestStage, IDisposable
{
    private readonly Meter _meter = new("ControlPlane.ApiServer.FlowControl");
    private readonly Counter<long> _dropped;
    private readonly Places _readOnly;
    private readonly Places _mutating;

    /// <summary>With these limits; 0 is no limit.</summary>
    /// <param name="maxReadOnly">kube-apiserver: --max-requests-inflight</param>
    /// <param name="maxMutating">kube-apiserver: --max-mutating-requests-inflight</param>
    public FlowControlStage(int maxReadOnly = 400, int maxMutating = 200)
    {
        (_readOnly, _mutating) = (new Places(maxReadOnly), new Places(maxMutating));
        _meter.CreateObservableGauge(
            "apiserver_current_inflight_requests",
            () => (Measurement<long>[])[new(_mutating.Taken, new KeyValuePair<string, object?>("request_kind", "mutating")), new(_readOnly.Taken, new KeyValuePair<string, object?>("request_kind", "readOnly"))],
            description: "Maximal number of currently used inflight request limit of this apiserver per request kind in last second.");
        _dropped = _meter.CreateCounter<long>(
            "apiserver_request_terminations_total", description: "Number of requests which apiserver terminated in self-defense.");
    }

    /// <inheritdoc/>
    public async Task InvokeAsync(ApiContext context, NextStage next)
    {
        if (context.Info.IsLongRunning)
        {
            await next(context);
            return;
        }

        var places = RequestVerb.IsReadOnly(context.Info) ? _readOnly : _mutating;
        if (!places.TryTake() && !context.User.IsIn(UserInfo.Masters))
        {
            places.Leave();
            await RefuseAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            places.Leave();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    // Not a Status: upstream writes plain text here, and clients look at the code and the header alone.
    private Task RefuseAsync(ApiContext context)
    {
        _dropped.Add(1, new KeyValuePair<string, object?>("code", "429"), new KeyValuePair<string, object?>("verb", RequestVerb.Of(context.Info, context.Http.Request.Method, context.Http.Request.ContentType)));
        var response = context.Http.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = "1"; // apiserver: retryAfter
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        return response.WriteAsync("Too many requests, please try again later.\n", context.Cancel);
    }

    /// <summary>A number of places. Whoever tries takes one, and must leave it, got or not: so counting needs one atomic step.</summary>
    private sealed class Places(int limit)
    {
        private int _taken;

        public int Taken => Volatile.Read(ref _taken);

        public bool TryTake() => Interlocked.Increment(ref _taken) <= limit || limit == 0;

        public void Leave() => Interlocked.Decrement(ref _taken);
    }
}
