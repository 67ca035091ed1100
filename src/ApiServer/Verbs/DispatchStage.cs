using System.Collections.Immutable;
using ControlPlane.Registry;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Subresources;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>Finds out who serves the path, and hands the request over.</summary>
/// <param name="catalog">The resources.</param>
/// <param name="verbs">What can be done with objects.</param>
/// <param name="subresources">What can be done with parts of objects.</param>
/// <param name="paths">Who serves what is no resource, in order; also asked for resources that the catalog does not have (aggregation).</param>
internal sealed class DispatchStage(ResourceCatalog catalog, ResourceVerbs verbs, SubresourceVerbs subresources, ImmutableArray<IPathHandler> paths) : IRequestStage
{
    /// <inheritdoc/>
    public Task InvokeAsync(ApiContext context, NextStage next)
    {
        var info = context.Info;
        if (!info.IsResource || !catalog.Current.TryFind(new GroupVersionResource(info.Group, info.Version, info.Resource), out var resource))
            return HandlePathAsync(context);
        if (resource.Version.Deprecation is { } warning)
            context.Warnings.Add(warning);
        var operation = OperationOf(context, resource);
        if (info.Subresource.Length > 0)
            return subresources.HandleAsync(context, operation);
        CheckVerb(context, resource);
        return resource.IsComputed ? subresources.HandleComputedAsync(context, operation) : verbs.HandleAsync(context, operation);
    }

    private static Operation OperationOf(ApiContext context, ServedResource resource)
    {
        var info = context.Info;
        if (!resource.IsNamespaced && info.Namespace.Length > 0 && !(info.Resource == "namespaces" && info.Name == info.Namespace))
            throw ApiError.PathNotFound();
        return new Operation
        {
            Resource = resource,
            Subresource = info.Subresource,
            Namespace = resource.IsNamespaced ? info.Namespace : "",
            Name = info.Name,
            User = context.User,
            UserAgent = context.Http.Request.Headers.UserAgent.ToString(),
            Warn = context.Warnings.Add,
        };
    }

    private static void CheckVerb(ApiContext context, ServedResource resource)
    {
        var info = context.Info;
        if (!resource.Allows(info.Verb))
            throw ApiError.MethodNotAllowed();
        // Across all namespaces one can look, no more.
        if (resource.IsNamespaced && info.Namespace.Length == 0 && !(info.IsCollection && info.Verb is "list" or "watch"))
            throw info.IsCollection ? ApiError.MethodNotAllowed() : ApiError.PathNotFound();
    }

    private Task HandlePathAsync(ApiContext context)
    {
        foreach (var handler in paths)
        {
            if (handler.Serves(context.Info.Path))
                return handler.HandleAsync(context);
        }

        throw ApiError.PathNotFound();
    }
}
