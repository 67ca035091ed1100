using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>What claims made for pods ask for.</summary>
internal sealed class ResourceClaimTemplates : ResourceDefinition<ResourceClaimTemplate>
{
    protected override void Declare(Declaration<ResourceClaimTemplate> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .AgeColumn();

    protected override ResourceClaimTemplate Default(ResourceClaimTemplate value) =>
        value with { Spec = value.Spec with { Spec = ResourceClaims.WithDefaults(value.Spec.Spec) } };

    protected override void Validate(ResourceClaimTemplate value, FieldErrors errors) =>
        DeviceClaimChecks.Check(value.Spec.Spec.Devices, errors.At("spec").At("spec").At("devices"));

    protected override void ValidateUpdate(ResourceClaimTemplate value, ResourceClaimTemplate old, FieldErrors errors)
    {
        if (value.Spec != old.Spec)
            errors.At("spec").InvalidPrinted("{}", "field is immutable");
    }
}
