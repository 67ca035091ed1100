using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Asks for storage.</summary>
internal sealed class PersistentVolumeClaims : ResourceDefinition<PersistentVolumeClaim>
{
    /// <summary>How the class was said before there was a field for it.</summary>
    internal const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    internal const string ClassAnnotationDeprecated = "deprecated since v1.8; use \"storageClassName\" attribute instead";

    protected override void Declare(Declaration<PersistentVolumeClaim> resource) => resource
        .WithStatus((claim, other) => claim with { Status = other.Status }, PersistentVolumeClaimUpdates.CheckStatus)
        .ResetFields("status")
        .StatusResetFields("spec")
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("Status", claim => claim.Metadata.DeletionTimestamp is null ? claim.Status.Phase : "Terminating")
        .Column("Volume", claim => claim.Spec.VolumeName)
        .Column("Capacity", claim => claim.Spec.VolumeName.Length == 0 ? "" : VolumeTexts.Storage(claim.Status.Capacity))
        .Column("Access Modes", claim => claim.Spec.VolumeName.Length == 0 ? "" : VolumeTexts.AccessModes(claim.Status.AccessModes))
        .Column("StorageClass", claim => claim.Metadata.Annotations.Find(ClassAnnotation) ?? claim.Spec.StorageClassName ?? "")
        .Column("VolumeAttributesClass", claim => claim.Spec.VolumeAttributesClassName ?? CellTexts.Unset)
        .AgeColumn()
        .Column("VolumeMode", claim => claim.Spec.VolumeMode ?? CellTexts.Unset, wide: true)
        .Selectable("name", claim => claim.Metadata.Name);

    protected override PersistentVolumeClaim Default(PersistentVolumeClaim value)
    {
        if (value.Status.Phase.Length == 0)
            value = value with { Status = value.Status with { Phase = "Pending" } };
        return value with
        {
            Spec = value.Spec.Defaulted(),
            Status = value.Status with { Capacity = value.Status.Capacity.Rounded(), AllocatedResources = value.Status.AllocatedResources.Rounded() },
        };
    }

    protected override PersistentVolumeClaim PrepareForCreate(PersistentVolumeClaim value, WriteContext context) =>
        value with { Spec = ClaimSources.Normalized(ClaimSources.Known(ClaimSources.OfOwnNamespace(value.Spec, null, context.Features))), Status = new() { Phase = "Pending" } };

    protected override PersistentVolumeClaim PrepareForUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, WriteContext context)
    {
        if (context.Subresource.Length > 0)
            return value with { Spec = old.Spec };
        var spec = ClaimSources.OfOwnNamespace(value.Spec, old.Spec, context.Features);
        return value with { Spec = ClaimSources.Normalized(old.Spec.DataSource is null ? ClaimSources.Known(spec) : spec) };
    }

    protected override void Validate(PersistentVolumeClaim value, FieldErrors errors) => PersistentVolumeClaimChecks.Check(value.Spec, null, errors.At("spec"));

    protected override void ValidateUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors) =>
        PersistentVolumeClaimUpdates.Check(value, old, errors);

    protected override IEnumerable<string> Warnings(PersistentVolumeClaim value, PersistentVolumeClaim? old)
    {
        if (value.Metadata.Annotations.ContainsKey(ClassAnnotation))
            yield return $"metadata.annotations[{ClassAnnotation}]: {ClassAnnotationDeprecated}";
        foreach (var text in Fractions(value.Spec, "spec"))
            yield return text;
    }

    /// <summary>Sizes that are no whole number of bytes; also of the claims that pods' volumes make.</summary>
    internal static IEnumerable<string> Fractions(PersistentVolumeClaimSpec spec, string path)
    {
        foreach (var (field, sizes) in new[] { ("requests", spec.Resources.Requests), ("limits", spec.Resources.Limits) })
        {
            if (sizes.TryGetValue("storage", out var size) && size.MilliValue % 1000 != 0)
                yield return $"{path}.resources.{field}[storage]: fractional byte value \"{size}\" is invalid, must be an integer";
        }
    }
}
