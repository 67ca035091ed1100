using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client;

/// <summary>How the client's words become requests.</summary>
internal static class ApiRequests
{
    public static ApiRequest For(GroupVersionResource resource, ObjectQuery query) => new()
    {
        Resource = resource,
        Namespace = query.Namespace,
        LabelSelector = query.Labels,
        FieldSelector = query.Fields,
        ResourceVersion = query.ResourceVersion,
        Limit = query.PageSize,
    };

    public static ApiRequest WithPatch(this ApiRequest request, Patch patch) => request with
    {
        Method = ApiMethod.Patch,
        Patch = patch.Body,
        PatchKind = patch.Kind,
        Force = patch.IsForced,
        Subresource = patch.Subresource,
        FieldManager = patch.FieldManager.Length > 0 ? patch.FieldManager : request.FieldManager,
    };

    /// <summary>Follows the continue tokens to the end; the resourceVersion is that of the first page, whose moment all pages show.</summary>
    public static async Task<ObjectList<T>> ListPagesAsync<T>(this IApiTransport transport, ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var page = await transport.ListAsync<T>(request, cancel);
        if (page.Continue.Length == 0)
            return page;
        var items = new List<T>(page.Items);
        while (page.Continue.Length > 0)
        {
            page = await transport.ListAsync<T>(request with { Continue = page.Continue, ResourceVersion = "", ResourceVersionMatch = "" }, cancel);
            items.AddRange(page.Items);
        }
        return page with { Items = items };
    }
}
