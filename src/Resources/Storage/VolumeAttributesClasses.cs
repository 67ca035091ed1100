using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Storage;

/// <summary>Qualities of volumes that may change while they are in use.</summary>
internal sealed class VolumeAttributesClasses : ResourceDefinition<VolumeAttributesClass>
{
    protected override void Declare(Declaration<VolumeAttributesClass> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("DriverName", value => value.DriverName)
        .AgeColumn();

    protected override void Validate(VolumeAttributesClass value, FieldErrors errors)
    {
        StorageChecks.CheckProvisioner(value.DriverName, errors.At("driverName"));
        if (value.Parameters.IsEmpty)
            errors.At("parameters").Required("must contain at least one key/value pair");
        StorageClasses.CheckParameters(value.Parameters, errors.At("parameters"));
    }

    protected override void ValidateUpdate(VolumeAttributesClass value, VolumeAttributesClass old, FieldErrors errors)
    {
        if (value.DriverName != old.DriverName)
            errors.At("driverName").Forbidden("updates to driverName are forbidden.");
        if (value.Parameters != old.Parameters)
            errors.At("parameters").Forbidden("updates to parameters are forbidden.");
        Validate(value, errors);
    }
}
