using System.Globalization;
using System.Text;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client.Https;

/// <summary>Requests as paths and queries.</summary>
internal static class RequestPath
{
    public static string Of(ApiRequest request, bool watch = false)
    {
        var path = new StringBuilder();
        path.Append(request.Resource.Group.Length == 0 ? "/api/" : $"/apis/{Uri.EscapeDataString(request.Resource.Group)}/");
        path.Append(Uri.EscapeDataString(request.Resource.Version));
        if (request.Namespace.Length > 0)
            path.Append("/namespaces/").Append(Uri.EscapeDataString(request.Namespace));
        path.Append('/').Append(request.Resource.Resource);
        if (request.Name.Length > 0)
            path.Append('/').Append(Uri.EscapeDataString(request.Name));
        if (request.Subresource.Length > 0)
            path.Append('/').Append(request.Subresource);
        AppendQuery(path, request, watch);
        return path.ToString();
    }

    private static void AppendQuery(StringBuilder path, ApiRequest request, bool watch)
    {
        var sign = '?';
        Add("watch", watch ? "true" : "");
        Add("labelSelector", request.LabelSelector);
        Add("fieldSelector", request.FieldSelector);
        Add("resourceVersion", request.ResourceVersion);
        Add("resourceVersionMatch", request.ResourceVersionMatch);
        Add("limit", request.Limit > 0 ? request.Limit.ToString(CultureInfo.InvariantCulture) : "");
        Add("continue", request.Continue);
        Add("sendInitialEvents", request.SendInitialEvents ? "true" : "");
        Add("allowWatchBookmarks", request.AllowWatchBookmarks ? "true" : "");
        Add("timeoutSeconds", request.Timeout is { } timeout ? ((long)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "");
        if (request.Body is not null || request.Patch.Length > 0)
            Add("fieldManager", request.FieldManager);
        Add("force", request is { Force: true, PatchKind: PatchKind.Apply } ? "true" : "");
        Add("dryRun", request.DryRun ? "All" : "");

        void Add(string name, string value)
        {
            if (value.Length == 0)
                return;
            path.Append(sign).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            sign = '&';
        }
    }
}
