using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>A kind of devices that claims can ask for.</summary>
internal sealed class DeviceClasses : ResourceDefinition<DeviceClass>
{
    protected override void Declare(Declaration<DeviceClass> resource) => resource
        .WithGeneration()
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .AgeColumn();

    protected override void Validate(DeviceClass value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        DeviceChecks.CheckSelectors(value.Spec.Selectors, spec.At("selectors"));
        for (var i = 0; i < value.Spec.Config.Count; i++)
            DeviceChecks.CheckConfiguration(value.Spec.Config[i].Opaque, spec.At("config", i));
        if (value.Spec.ExtendedResourceName is { } name && !IsExtended(name))
            spec.At("extendedResourceName").Invalid(name, "must be a valid extended resource name");
    }

    // core/v1 helper: IsExtendedResourceName. Of a domain that is not Kubernetes' own, and still a name with "requests." before it.
    private static bool IsExtended(string name) =>
        name.Contains('/', StringComparison.Ordinal)
        && !name.Contains("kubernetes.io/", StringComparison.Ordinal)
        && !name.StartsWith("requests.", StringComparison.Ordinal)
        && !Names.QualifiedName("requests." + name).Any();
}
