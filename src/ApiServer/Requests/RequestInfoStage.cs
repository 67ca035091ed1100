using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Parses the URL, once for all that follows.</summary>
internal sealed class RequestInfoStage : IRequestStage
{
    /// <inheritdoc/>
    public Task InvokeAsync(ApiContext context, NextStage next)
    {
        var request = context.Http.Request;
        // Kestrel's Path leaves %2F as it is; upstream decodes all, so the raw target is read.
        var target = context.Http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var path = string.IsNullOrEmpty(target) ? request.Path.Value ?? "/" : RequestPath.Decode(target);
        context.Query = QueryParameters.Parse(request.QueryString.Value);
        context.Info = RequestPath.Parse(request.Method, path, context.Query);
        return next(context);
    }
}
