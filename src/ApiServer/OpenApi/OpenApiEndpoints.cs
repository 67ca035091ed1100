using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>/openapi/v3: the index and the documents, in JSON (kube-openapi: pkg/handler3).</summary>
/// <param name="current">The documents of the present state of the catalog.</param>
internal sealed class OpenApiEndpoints(Func<OpenApiSnapshot> current) : IPathHandler
{
    private const string Root = "/openapi/v3";
    private const string Json = "application/json";

    /// <inheritdoc/>
    public bool Serves(string path) => path == Root || path.StartsWith(Root + "/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task HandleAsync(ApiContext context)
    {
        var (request, response) = (context.Http.Request, context.Http.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            throw ApiError.MethodNotAllowed();
        if (!AcceptsJson(request.Headers.Accept))
            throw ApiError.NotAcceptable([Json]);
        var name = context.Info.Path[Root.Length..].Trim('/');
        var snapshot = current();
        var document = name.Length == 0 ? snapshot.Index : snapshot.Find(name) ?? throw ApiError.PathNotFound();
        if (name.Length > 0 && request.Query["hash"].ToString() is { Length: > 0 } hash && RedirectsTo(document, hash) is { } other)
        {
            response.StatusCode = StatusCodes.Status301MovedPermanently;
            response.Headers.Location = $"{Root}/{name}?hash={other}";
            return;
        }

        SetCacheHeaders(response, document, isNamedByHash: request.Query.ContainsKey("hash"));
        if (request.Headers.IfNoneMatch.ToString() == $"\"{document.Hash}\"")
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = Json;
        response.ContentLength = document.Json.Length;
        if (HttpMethods.IsGet(request.Method))
            await response.Body.WriteAsync(document.Json, context.Cancel);
    }

    // A URL with a hash names a content that never changes, so that clients may keep it; one whose content is past leads to the present one.
    private static string? RedirectsTo(OpenApiBytes document, string hash) => hash == document.Hash ? null : document.Hash;

    private static void SetCacheHeaders(HttpResponse response, OpenApiBytes document, bool isNamedByHash)
    {
        response.Headers.ETag = $"\"{document.Hash}\"";
        response.Headers.Vary = HeaderNames.Accept;
        response.Headers.CacheControl = isNamedByHash ? "public, immutable" : "no-cache, private";
    }

    private static bool AcceptsJson(Microsoft.Extensions.Primitives.StringValues accept) =>
        Microsoft.Extensions.Primitives.StringValues.IsNullOrEmpty(accept)
        || !MediaTypeHeaderValue.TryParseList(accept, out var wanted)
        || wanted.Any(type => type.MediaType.Value is Json or "*/*" or "application/*");
}
