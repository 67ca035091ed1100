using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Tests;

/// <summary>Requests for tests of single stages: no Kestrel, a body that can be read.</summary>
internal static class Requested
{
    public static ApiContext Pods(string verb, UserInfo user, string @namespace = "default") => Of(user, new RequestInfo
    {
        Path = $"/api/v1/namespaces/{@namespace}/pods",
        Verb = verb,
        IsResource = true,
        Version = "v1",
        Resource = "pods",
        Namespace = @namespace,
    });

    public static ApiContext Path(string path, UserInfo user) => Of(user, new RequestInfo { Path = path, Verb = "get" });

    public static string Body(ApiContext context) => System.Text.Encoding.UTF8.GetString(((MemoryStream)context.Http.Response.Body).ToArray());

    private static ApiContext Of(UserInfo user, RequestInfo info)
    {
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        (http.Request.Method, http.Request.Path) = (info.Verb is "create" ? "POST" : "GET", info.Path);
        return new ApiContext(http) { Info = info, User = user };
    }
}
