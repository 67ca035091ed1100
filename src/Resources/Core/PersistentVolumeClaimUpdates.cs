using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// What may change of a claim (core/validation: ValidatePersistentVolumeClaimUpdate): it finds its volume once, may be given a class while it has none, and asks
/// for more, or for other attributes, once it is bound.
/// </summary>
internal static class PersistentVolumeClaimUpdates
{
    private static readonly string[] ResizeStates =
        ["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"];

    internal static void Check(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors)
    {
        var spec = errors.At("spec");
        PersistentVolumeClaimChecks.Check(value.Spec, old.Spec, spec);
        var kept = Kept(value, old, errors);
        var before = old.Spec.VolumeName.Length == 0 ? old.Spec with { VolumeName = value.Spec.VolumeName } : old.Spec;
        if (kept != before)
        {
            spec.Forbidden(
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
                + InternalForm.Difference(before, kept, "ClaimSpec"));
        }

        var (size, oldSize) = (value.Spec.Resources.Requests.Find("storage"), old.Spec.Resources.Requests.Find("storage"));
        if (size < oldSize && size <= old.Status.Capacity.Find("storage"))
            spec.At("resources").At("requests").At("storage").Forbidden("field can not be less than status.capacity");
        errors.At("volumeMode").Immutable(value.Spec.VolumeMode, old.Spec.VolumeMode, FieldErrors.Quote);
        if (old.Spec.VolumeAttributesClassName is not null && value.Spec.VolumeAttributesClassName is null)
            spec.At("volumeAttributesClassName").Forbidden("update from non-nil value to nil is forbidden");
        else if (old.Spec.VolumeAttributesClassName is { Length: > 0 } && value.Spec.VolumeAttributesClassName is "")
            spec.At("volumeAttributesClassName").Forbidden("update from non-nil value to an empty string is forbidden");
    }

    /// <summary>What the controllers say of it.</summary>
    internal static void CheckStatus(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors)
    {
        if (value.Spec.AccessModes.IsEmpty)
            errors.At("Spec").At("accessModes").Required(); // upstream's spelling
        var status = errors.At("status");
        foreach (var (name, size) in value.Status.Capacity)
            CheckNotNegative(size, status.At("capacity").Key(name));
        foreach (var (name, state) in value.Status.AllocatedResourceStatuses)
        {
            CheckResource(name, status.At("allocatedResourceStatus"));
            if (!ResizeStates.Contains(state))
                status.At("allocatedResourceStatus").NotSupported(name, [.. ResizeStates.Order(StringComparer.Ordinal)]);
        }

        foreach (var (name, size) in value.Status.AllocatedResources)
        {
            if (CheckResource(name, status.At("allocatedResources")))
                CheckNotNegative(size, status.At("allocatedResources").Key(name));
        }
    }

    // The spec with that put back which may change.
    private static PersistentVolumeClaimSpec Kept(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors)
    {
        var kept = value.Spec;
        var (annotated, wasAnnotated) = (ClassOf(value), ClassOf(old));
        var isFromAnnotation = wasAnnotated is not null && old.Spec.StorageClassName is null && kept.StorageClassName == wasAnnotated
            && (annotated is null || annotated == wasAnnotated);
        if (isFromAnnotation)
            kept = kept with { StorageClassName = null };
        else
        {
            if ((annotated ?? "") != (wasAnnotated ?? ""))
                errors.At("metadata").At("annotations").At(PersistentVolumeClaims.ClassAnnotation).Invalid(annotated ?? "", "field is immutable");
            if (kept.StorageClassName is not null && old.Spec.StorageClassName is null && (wasAnnotated is null || wasAnnotated == kept.StorageClassName))
                kept = kept with { StorageClassName = null };
        }

        if (value.Status.Phase != "Bound")
            return kept;
        if (!kept.Resources.Requests.IsNil)
            kept = kept with { Resources = kept.Resources with { Requests = kept.Resources.Requests.With("storage", old.Spec.Resources.Requests.Find("storage")) } };
        return kept.VolumeAttributesClassName is null ? kept : kept with { VolumeAttributesClassName = old.Spec.VolumeAttributesClassName };
    }

    private static string? ClassOf(PersistentVolumeClaim claim) => claim.Metadata.Annotations.Find(PersistentVolumeClaims.ClassAnnotation);

    // Of the resources without a domain, or with Kubernetes' own, there is one.
    private static bool CheckResource(string name, FieldErrors at)
    {
        var before = at.All.Count;
        at.Complain(name, Names.QualifiedName(name));
        var isNative = !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);
        if (at.All.Count == before && isNative && name != "storage")
            at.NotSupported(name, "storage");
        return at.All.Count == before;
    }

    private static void CheckNotNegative(Quantity size, FieldErrors at)
    {
        if (size.Value < 0)
            at.Invalid(size.Value, "must be a valid resource quantity");
    }
}
