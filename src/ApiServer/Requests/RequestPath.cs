using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Reads what a method and a URL ask for (see <see cref="RequestInfo"/> for the accepted forms).</summary>
internal static class RequestPath
{
    // apiserver: namespaceSubresources; all else below namespaces/{ns}/ is a resource within it.
    private static readonly ImmutableArray<string> NamespaceSubresources = ["status", "finalize"];

    // apiserver: server.BasicLongRunningRequestCheck as kube-apiserver configures it
    private static readonly ImmutableArray<string> LongRunningSubresources = ["attach", "exec", "proxy", "log", "portforward"];

    /// <summary>What is asked for.</summary>
    /// <param name="method">HTTP's method.</param>
    /// <param name="path">The path, percent-decoded once.</param>
    /// <param name="query">The query's parameters: ?watch= decides between list and watch.</param>
    public static RequestInfo Parse(string method, string path, QueryParameters query)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).AsSpan();
        var isLegacy = parts.Length > 0 && parts[0] == "api";
        var isGrouped = parts.Length > 0 && parts[0] == "apis";
        if (parts.Length < 3 || !(isLegacy || isGrouped) || (isGrouped && parts.Length < 4))
            return new RequestInfo { Path = path, Verb = method.ToLowerInvariant(), IsLongRunning = IsStreamingPath(path) };
        var group = isGrouped ? parts[1] : "";
        var version = isGrouped ? parts[2] : parts[1];
        return OfResource(method, path, query, group, version, parts[(isGrouped ? 3 : 2)..]);
    }

    /// <summary>The path of a request target as the client sent it, percent-decoded once and whole, as upstream's URL.Path.</summary>
    public static string Decode(string target)
    {
        var path = target.AsSpan();
        if (path.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme && !path.StartsWith('/'))
            path = path[(scheme + 3)..] is var rest && rest.IndexOf('/') is >= 0 and var slash ? rest[slash..] : "/";
        if (path.IndexOf('?') is >= 0 and var question)
            path = path[..question];
        return path.Contains('%') ? Uri.UnescapeDataString(path) : path.ToString();
    }

    private static RequestInfo OfResource(
        string method, string path, QueryParameters query, string group, string version, ReadOnlySpan<string> parts)
    {
        var isOldWatch = parts[0] == "watch" && parts.Length > 1;
        if (isOldWatch)
            parts = parts[1..];
        var @namespace = "";
        if (parts[0] == "namespaces" && parts.Length > 1)
        {
            @namespace = parts[1];
            if (parts.Length > 2 && !NamespaceSubresources.Contains(parts[2]))
                parts = parts[2..];
        }

        var name = parts.Length > 1 ? parts[1] : "";
        var subresource = parts.Length > 2 && !isOldWatch ? parts[2] : "";
        var verb = isOldWatch ? "watch" : Verb(method, name, query);
        var hasSelectors = verb is "list" or "watch" or "deletecollection";
        return new RequestInfo
        {
            Path = path,
            Verb = verb,
            IsResource = true,
            Group = group,
            Version = version,
            Namespace = @namespace,
            Resource = parts[0],
            Name = name.Length > 0 || !hasSelectors ? name : NameOfSelector(query.First("fieldSelector")),
            IsCollection = name.Length == 0,
            Subresource = subresource,
            Rest = parts.Length > 3 ? [.. parts[3..]] : [],
            LabelSelector = hasSelectors ? query.First("labelSelector") : "",
            FieldSelector = hasSelectors ? query.First("fieldSelector") : "",
            IsLongRunning = verb == "watch" || LongRunningSubresources.Contains(subresource),
        };
    }

    private static string Verb(string method, string name, QueryParameters query)
    {
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
            return name.Length > 0 ? "get" : query.Flag("watch") ? "watch" : "list";
        if (HttpMethods.IsPost(method))
            return "create";
        if (HttpMethods.IsPut(method))
            return "update";
        if (HttpMethods.IsPatch(method))
            return "patch";
        if (HttpMethods.IsDelete(method))
            return name.Length > 0 ? "delete" : "deletecollection";
        return method.ToLowerInvariant();
    }

    /// <summary>The one name that a field selector asks for, or "": such a list is authorized as that object, for kubelets watch their own secrets so.</summary>
    public static string NameOfSelector(string selector)
    {
        foreach (var term in selector.Split(','))
        {
            var (left, right) = term.Split('=', 2) is [var key, var value] ? (key, value.TrimStart('=')) : ("", "");
            if (left == "metadata.name" && right.Length > 0 && right is not ("." or "..") && right.AsSpan().IndexOfAny('/', '%') < 0)
                return right;
        }

        return "";
    }

    private static bool IsStreamingPath(string path) => path.StartsWith("/debug/pprof/profile", StringComparison.Ordinal);
}
