using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A piece of storage.</summary>
internal sealed class PersistentVolumes : ResourceDefinition<PersistentVolume>
{
    protected override void Declare(Declaration<PersistentVolume> resource) => resource
        .WithStatus((volume, other) => volume with { Status = other.Status })
        .ResetFields("status")
        .StatusResetFields("spec")
        .MetadataChecksOnUpdate(4)
        .NameColumn()
        .Column("Capacity", volume => VolumeTexts.Storage(volume.Spec.Capacity))
        .Column("Access Modes", volume => VolumeTexts.AccessModes(volume.Spec.AccessModes))
        .Column("Reclaim Policy", volume => volume.Spec.PersistentVolumeReclaimPolicy)
        .Column("Status", volume => volume.Metadata.DeletionTimestamp is null ? volume.Status.Phase : "Terminating")
        .Column("Claim", volume => volume.Spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : "")
        .Column("StorageClass", volume => volume.Metadata.Annotations.Find(PersistentVolumeClaims.ClassAnnotation) ?? volume.Spec.StorageClassName)
        .Column("VolumeAttributesClass", volume => volume.Spec.VolumeAttributesClassName ?? CellTexts.Unset)
        .Column("Reason", volume => volume.Status.Reason)
        .AgeColumn()
        .Column("VolumeMode", volume => volume.Spec.VolumeMode ?? CellTexts.Unset, wide: true)
        .Selectable("name", volume => volume.Metadata.Name);

    protected override PersistentVolume Default(PersistentVolume value)
    {
        var spec = value.Spec;
        if (spec.PersistentVolumeReclaimPolicy.Length == 0)
            spec = spec with { PersistentVolumeReclaimPolicy = "Retain" };
        if (spec.VolumeMode is null)
            spec = spec with { VolumeMode = "Filesystem" };
        if (spec.HostPath is { Type: null } path)
            spec = spec with { HostPath = path with { Type = "" } };
        if (spec.Iscsi is { IscsiInterface: "" } iscsi)
            spec = spec with { Iscsi = iscsi with { IscsiInterface = "default" } };
        if (value.Status.Phase.Length == 0)
            value = value with { Status = value.Status with { Phase = "Pending" } };
        return value with { Spec = spec };
    }

    protected override PersistentVolume PrepareForCreate(PersistentVolume value, WriteContext context) => value with
    {
        Status = new() { Phase = "Pending", LastPhaseTransitionTime = Timestamp.From(context.Now) },
    };

    protected override PersistentVolume PrepareForUpdate(PersistentVolume value, PersistentVolume old, WriteContext context)
    {
        if (context.Subresource != "status")
            return value;
        var changed = value.Status.Phase != old.Status.Phase && value.Status.LastPhaseTransitionTime == old.Status.LastPhaseTransitionTime;
        return changed ? value with { Status = value.Status with { LastPhaseTransitionTime = Timestamp.From(context.Now) } } : value;
    }

    protected override void Validate(PersistentVolume value, FieldErrors errors) => PersistentVolumeChecks.Check(value, errors);

    protected override void ValidateUpdate(PersistentVolume value, PersistentVolume old, FieldErrors errors) => PersistentVolumeChecks.CheckUpdate(value, old, errors);

    protected override IEnumerable<string> Warnings(PersistentVolume value, PersistentVolume? old)
    {
        if (value.Spec.PersistentVolumeReclaimPolicy == "Recycle")
            yield return "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
    }
}
