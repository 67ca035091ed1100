using System.Text;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Metrics;

/// <summary>/metrics: all that the product's meters tell, in Prometheus' text form.</summary>
internal sealed class MetricsEndpoint(PrometheusCollector collector) : IPathHandler
{
    /// <inheritdoc/>
    public bool Serves(string path) => path == "/metrics";

    /// <inheritdoc/>
    public Task HandleAsync(ApiContext context)
    {
        var text = collector.Collect();
        var response = context.Http.Response;
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
        response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return HttpMethods.IsHead(context.Http.Request.Method) ? Task.CompletedTask : response.WriteAsync(text, context.Cancel);
    }
}
