using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Gives claims that name no storage class the default one; of several the newest (plugin/pkg/admission/storage/storageclass/setdefault).</summary>
internal sealed class DefaultStorageClass(ResourceCatalog catalog) : IMutatingAdmission
{
    private const string IsDefault = "storageclass.kubernetes.io/is-default-class";
    private const string IsDefaultBeta = "storageclass.beta.kubernetes.io/is-default-class";
    private const string ClassBeta = "volume.beta.kubernetes.io/storage-class";

    /// <inheritdoc/>
    public string Name => "DefaultStorageClass";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.IsOf("persistentvolumeclaims");

    /// <inheritdoc/>
    public ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var claim = (PersistentVolumeClaim)request.Object!;
        if (claim.Spec.StorageClassName is not null || claim.Metadata.Annotations.ContainsKey(ClassBeta))
            return ValueTask.FromResult<IApiObject?>(claim);
        var chosen = catalog.Current.Find(new GroupResource("storage.k8s.io", "storageclasses"))?.ListCached("")
            .Select(stored => stored.Record.Metadata)
            .Where(one => Says(one, IsDefault) || Says(one, IsDefaultBeta))
            .OrderByDescending(one => one.CreationTimestamp)
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return ValueTask.FromResult<IApiObject?>(chosen is null ? claim : claim with { Spec = claim.Spec with { StorageClassName = chosen.Name } });
    }

    private static bool Says(ObjectMeta metadata, string annotation) => metadata.Annotations.TryGetValue(annotation, out var value) && value == "true";
}
