using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Keeps volumes and claims from being deleted while they are used: by a finalizer that a controller takes away (plugin/pkg/admission/storage/storageobjectinuseprotection).</summary>
internal sealed class StorageObjectInUseProtection : IMutatingAdmission
{
    /// <inheritdoc/>
    public string Name => "StorageObjectInUseProtection";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) =>
        request is { Operation: AdmissionOperation.Create, Subresource: "" } && FinalizerOf(request.Definition.Resource).Length > 0;

    /// <inheritdoc/>
    public ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var value = request.Object!;
        var finalizer = FinalizerOf(request.Definition.Resource);
        return ValueTask.FromResult<IApiObject?>(value.Metadata.Finalizers.Contains(finalizer)
            ? value
            : value.WithMetadata(value.Metadata with { Finalizers = value.Metadata.Finalizers.Append(finalizer).ToValueList() }));
    }

    private static string FinalizerOf(GroupResource resource) => (resource.Group, resource.Resource) switch
    {
        ("", "persistentvolumes") => "kubernetes.io/pv-protection",
        ("", "persistentvolumeclaims") => "kubernetes.io/pvc-protection",
        ("storage.k8s.io", "volumeattributesclasses") => "kubernetes.io/vac-protection",
        _ => "",
    };
}
