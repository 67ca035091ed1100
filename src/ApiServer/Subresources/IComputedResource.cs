using ControlPlane.ApiServer.Operations;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>A resource or subresource of which nothing is stored under its own name: creating one is asking, and the answer is computed (reviews, bindings, evictions, token requests).</summary>
internal interface IComputedResource
{
    /// <summary>The resource: "pods", "tokenreviews.authentication.k8s.io".</summary>
    GroupResource Resource { get; }

    /// <summary>"" for the resource itself: "eviction", "token".</summary>
    string Subresource { get; }

    /// <summary>Answers a create.</summary>
    /// <param name="operation">Who asks, and (for subresources) about which object.</param>
    /// <param name="body">What was sent; validating admission has seen it.</param>
    /// <param name="cancel">Ends with the request.</param>
    /// <returns>The answer: the body with its status filled in, or a Status.</returns>
    /// <exception cref="Machinery.Errors.ApiException">It is refused.</exception>
    ValueTask<IRuntimeObject> CreateAsync(Operation operation, IApiObject body, CancellationToken cancel);
}
