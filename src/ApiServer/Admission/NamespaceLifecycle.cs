using System.Collections.Concurrent;
using System.Collections.Immutable;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Refuses new objects in namespaces that do not exist or are ending, and the deletion of the namespaces that the system needs.</summary>
internal sealed class NamespaceLifecycle(ResourceCatalog catalog, TimeProvider time) : IMutatingAdmission, IValidatingAdmission
{
    private static readonly GroupResource Namespaces = new("", "namespaces");
    private static readonly TimeSpan Distrust = TimeSpan.FromSeconds(30); // plugin/namespace/lifecycle: forceLiveLookupTTL
    private static readonly ImmutableArray<string> Immortal = ["default", "kube-public", "kube-system"];

    // When the deletion of a namespace was last asked for here: for a while after that the cache may not say that it is active.
    private readonly ConcurrentDictionary<string, long> _deleted = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "NamespaceLifecycle";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.Operation switch
    {
        AdmissionOperation.Delete => request.Definition.Resource == Namespaces && request.Subresource.Length == 0,
        // One may ask about access in namespaces that are not there.
        AdmissionOperation.Create => request.Namespace.Length > 0 && request.Version.Group != "authorization.k8s.io",
        _ => false,
    };

    /// <inheritdoc/>
    public async ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Operation == AdmissionOperation.Create)
            await CheckCreateAsync(request, cancel);
        return request.Object;
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Operation != AdmissionOperation.Delete)
            return ValueTask.CompletedTask;
        if (Immortal.Contains(request.Name))
            throw ApiError.Forbidden(Namespaces, request.Name, "this namespace may not be deleted");
        if (!request.DryRun)
            DistrustCacheOf(request.Name);
        return ValueTask.CompletedTask;
    }

    private async ValueTask CheckCreateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var store = catalog.Current.Find(Namespaces) ?? throw ApiError.NotFound(Namespaces, request.Namespace);
        var key = new ObjectKey("", request.Namespace);
        // A namespace that was made a moment ago may not be in the cache yet: only the store can say that there is none.
        var found = IsDistrusted(key.Name) ? null : store.FindCached(key);
        found ??= await store.GetAsync(key, "", cancel);
        if (found.Record.Metadata.DeletionTimestamp is not null || found.Record is Namespace { Status.Phase: "Terminating" })
            throw Terminating(request);
    }

    private void DistrustCacheOf(string name)
    {
        foreach (var (old, _) in _deleted.Where(one => time.GetElapsedTime(one.Value) >= Distrust))
            _deleted.TryRemove(old, out _);
        _deleted[name] = time.GetTimestamp();
    }

    private bool IsDistrusted(string name) => _deleted.TryGetValue(name, out var at) && time.GetElapsedTime(at) < Distrust;

    private static ApiException Terminating(AdmissionRequest request)
    {
        var resource = new GroupResource(request.Version.Group, request.Definition.Info.Plural);
        var refusal = ApiError.Forbidden(
            resource, request.Name, $"unable to create new content in namespace {request.Namespace} because it is being terminated").Status;
        var cause = new StatusCause { Reason = "NamespaceTerminating", Message = $"namespace {request.Namespace} is being terminated", Field = "metadata.namespace" };
        return new ApiException(refusal with { Details = refusal.Details! with { Causes = [cause] } });
    }
}
