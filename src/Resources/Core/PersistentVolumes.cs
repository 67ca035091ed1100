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
        .MetadataChecksOnUpdate(4, asNew: true)
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
        if (value.Status.Phase.Length == 0)
            value = value with { Status = value.Status with { Phase = "Pending" } };
        return value with { Spec = Source(spec with { Capacity = spec.Capacity.Rounded() }) };
    }

    private static PersistentVolumeSpec Source(PersistentVolumeSpec spec) => spec switch
    {
        { HostPath: { Type: null } path } => spec with { HostPath = path with { Type = "" } },
        { Iscsi: { IscsiInterface.Length: 0 } iscsi } => spec with { Iscsi = iscsi with { IscsiInterface = "default" } },
        { Rbd: { } rbd } => spec with
        {
            Rbd = rbd with { Pool = Or(rbd.Pool, "rbd"), User = Or(rbd.User, "admin"), Keyring = Or(rbd.Keyring, "/etc/ceph/keyring") },
        },
        { AzureDisk: { } disk } => spec with { AzureDisk = VolumeDefaults.Defaulted(disk) },
        { ScaleIO: { } scale } => spec with { ScaleIO = scale with { StorageMode = Or(scale.StorageMode, "ThinProvisioned"), FsType = Or(scale.FsType, "xfs") } },
        _ => spec,
    };

    private static string Or(string text, string other) => text.Length > 0 ? text : other;

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

    protected override IEnumerable<string> Warnings(PersistentVolume value, PersistentVolume? old) => PersistentVolumeWarnings.Of(value);
}
