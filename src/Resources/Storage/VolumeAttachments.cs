using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Storage;

/// <summary>The wish that a volume be attached to a node, and whether it is.</summary>
internal sealed class VolumeAttachments : ResourceDefinition<VolumeAttachment>
{
    protected override void Declare(Declaration<VolumeAttachment> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status })
        .ResetFields("status")
        .StatusResetFields("metadata", "spec")
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Attacher", value => value.Spec.Attacher, format: "name")
        .Column("PV", value => value.Spec.Source.PersistentVolumeName ?? "")
        .Column("Node", value => value.Spec.NodeName)
        .Column("Attached", value => value.Status.Attached, type: "boolean")
        .AgeColumn();

    protected override void Validate(VolumeAttachment value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        StorageChecks.CheckDriverName(value.Spec.Attacher, spec.At("attacher"));
        CheckSource(value.Spec.Source, spec.At("source"));
        spec.At("nodeName").Complain(value.Spec.NodeName, Names.Subdomain(value.Spec.NodeName));
    }

    protected override void ValidateUpdate(VolumeAttachment value, VolumeAttachment old, FieldErrors errors)
    {
        Validate(value, errors);
        if (value.Spec != old.Spec)
            errors.At("spec").InvalidPrinted("{}", "field is immutable");
    }

    private static void CheckSource(VolumeAttachmentSource source, FieldErrors at)
    {
        switch (source)
        {
            case { InlineVolumeSpec: null, PersistentVolumeName: null }:
                at.Required("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
                break;
            case { InlineVolumeSpec: not null, PersistentVolumeName: not null }:
                at.Forbidden("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
                break;
            case { PersistentVolumeName: { } name }:
                if (name.Length == 0)
                    at.At("persistentVolumeName").Required("must specify non empty persistentVolumeName");
                at.At("persistentVolumeName").Complain(name, Names.Subdomain(name));
                break;
            case { InlineVolumeSpec: { } volume }:
                PersistentVolumeChecks.CheckInline(volume, at.At("inlineVolumeSpec"));
                break;
        }
    }
}
