using ControlPlane.ApiServer.Requests;

namespace ControlPlane.ApiServer.Metrics;

/// <summary>What upstream's request metrics call a verb and a scope (apiserver: pkg/endpoints/metrics).</summary>
internal static class RequestVerb
{
    /// <summary>LIST, WATCH, APPLY, CONNECT, else HTTP's method; "other" for methods that the API does not have.</summary>
    public static string Of(RequestInfo info, string method, string? contentType) => info switch
    {
        { IsResource: true, Verb: "list" } => "LIST",
        { IsResource: true, Verb: "watch" } => "WATCH",
        { IsResource: true, Verb: "deletecollection" } => "DELETECOLLECTION",
        { IsResource: true, Subresource: "exec" or "attach" or "portforward" or "proxy" } => "CONNECT",
        _ => method switch
        {
            "GET" or "HEAD" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => contentType?.StartsWith("application/apply-patch", StringComparison.OrdinalIgnoreCase) == true ? "APPLY" : "PATCH",
            "DELETE" => "DELETE",
            _ => "other",
        },
    };

    /// <summary>"resource" for one object, "namespace" and "cluster" for collections, "" for paths.</summary>
    public static string Scope(RequestInfo info) =>
        !info.IsResource ? ""
        : info.Name.Length > 0 || info.Verb == "create" ? "resource"
        : info.Namespace.Length > 0 ? "namespace"
        : "cluster";

    /// <summary>Does it change nothing? Decides which of the two limits it counts against.</summary>
    public static bool IsReadOnly(RequestInfo info) => info.Verb is "get" or "list" or "watch" or "head" or "options";
}
