using ControlPlane.ApiServer.Authentication;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Requests;

/// <summary>One HTTP request on its way through the pipeline. Stages fill it in their order; each property says who sets it.</summary>
internal sealed class ApiContext(HttpContext http)
{
    /// <summary>Kestrel's side of it.</summary>
    public HttpContext Http { get; } = http;

    /// <summary>What the URL asks for. Set by RequestInfoStage.</summary>
    public RequestInfo Info { get; set; } = null!;

    /// <summary>The query string's parameters. Set by RequestInfoStage.</summary>
    public QueryParameters Query { get; set; } = QueryParameters.None;

    /// <summary>Who asks. Set by AuthenticationStage; replaced by ImpersonationStage.</summary>
    public UserInfo User { get; set; } = UserInfo.Anonymous;

    /// <summary>Who really asks, when they act as somebody else. Set by ImpersonationStage.</summary>
    public UserInfo? Impersonator { get; set; }

    /// <summary>Identifies the request in the audit log and in the Audit-Id header. Set by AuditStage.</summary>
    public string AuditId { get; set; } = "";

    /// <summary>What goes into the audit event's annotations. Any stage may add.</summary>
    public Dictionary<string, string> AuditAnnotations { get; } = new(StringComparer.Ordinal);

    /// <summary>Texts for Warning headers; written with the response's head. Each at most once, bounded as upstream's.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Ends with the request: the client went away, the time is up, the server stops.</summary>
    public CancellationToken Cancel { get; set; } = http.RequestAborted;
}

/// <summary>The rest of the pipeline.</summary>
internal delegate Task NextStage(ApiContext context);

/// <summary>One stage of <see cref="ApiServerPipeline"/>.</summary>
internal interface IRequestStage
{
    /// <summary>Does its part and calls the rest, or throws an <see cref="Machinery.Errors.ApiException"/>, or answers itself.</summary>
    Task InvokeAsync(ApiContext context, NextStage next);
}
