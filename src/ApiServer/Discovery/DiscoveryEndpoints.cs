using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>/api, /apis and the documents below them, in the form that the client prefers; 304 where it has them already.</summary>
/// <param name="current">The documents of the present state of the catalog.</param>
internal sealed class DiscoveryEndpoints(Func<DiscoverySnapshot> current) : IPathHandler
{
    private const string Json = "application/json";

    /// <inheritdoc/>
    public bool Serves(string path) => current().Legacy(Trim(path)) is not null;

    /// <inheritdoc/>
    public async Task HandleAsync(ApiContext context)
    {
        var (request, response) = (context.Http.Request, context.Http.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            throw ApiError.MethodNotAllowed();
        var path = Trim(context.Info.Path);
        var snapshot = current();
        var aggregated = snapshot.Aggregated(path);
        var prefersAggregated = aggregated is not null && DiscoveryPreference.IsAggregated(request.Headers.Accept);
        var document = prefersAggregated ? aggregated! : snapshot.Legacy(path) ?? throw ApiError.PathNotFound();

        response.ContentType = prefersAggregated ? AggregatedDiscovery.MediaType : Json;
        response.Headers.Vary = HeaderNames.Accept;
        response.Headers.CacheControl = "no-cache, private";
        if (prefersAggregated)
        {
            response.Headers.ETag = document.ETag;
            if (request.Headers.IfNoneMatch == document.ETag)
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        response.ContentLength = document.Bytes.Length;
        if (HttpMethods.IsGet(request.Method))
            await response.Body.WriteAsync(document.Bytes, context.Cancel);
    }

    private static string Trim(string path) => path.Length > 1 && path[^1] == '/' ? path[..^1] : path;
}
