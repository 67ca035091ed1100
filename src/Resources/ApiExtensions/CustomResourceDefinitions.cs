using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>Makes a new kind known to the server.</summary>
internal sealed class CustomResourceDefinitions : ResourceDefinition<CustomResourceDefinition>
{
    protected override void Declare(Declaration<CustomResourceDefinition> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status })
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("metadata", "spec")
        .UpdateNeedsVersion()
        .PlainColumns();

    protected override CustomResourceDefinition Default(CustomResourceDefinition value)
    {
        var names = value.Spec.Names;
#pragma warning disable CA1308 // the singular is the kind in lower case
        if (names.Singular.Length == 0)
            names = names with { Singular = names.Kind.ToLowerInvariant() };
#pragma warning restore CA1308
        if (names.ListKind.Length == 0 && names.Kind.Length > 0)
            names = names with { ListKind = names.Kind + "List" };
        return value with
        {
            Spec = value.Spec with
            {
                Names = names,
                Conversion = WithPort(value.Spec.Conversion ?? new() { Strategy = "None" }),
            },
        };
    }

    protected override CustomResourceDefinition PrepareForCreate(CustomResourceDefinition value, WriteContext context) => WithStoredVersion(value);

    protected override CustomResourceDefinition PrepareForUpdate(CustomResourceDefinition value, CustomResourceDefinition old, WriteContext context) =>
        context.Subresource.Length > 0 ? value : WithStoredVersion(value);

    protected override void Validate(CustomResourceDefinition value, FieldErrors errors) => CustomResourceDefinitionChecks.Check(value, errors);

    protected override void ValidateUpdate(CustomResourceDefinition value, CustomResourceDefinition old, FieldErrors errors) =>
        CustomResourceDefinitionChecks.CheckUpdate(value, old, errors);

    private static CustomResourceConversion WithPort(CustomResourceConversion conversion) => conversion.Webhook?.ClientConfig?.Service is { Port: null } service
        ? conversion with { Webhook = conversion.Webhook with { ClientConfig = conversion.Webhook.ClientConfig with { Service = service with { Port = 443 } } } }
        : conversion;

    // Where objects of a version may have been stored is remembered until they are known to be rewritten.
    private static CustomResourceDefinition WithStoredVersion(CustomResourceDefinition value)
    {
        foreach (var version in value.Spec.Versions)
        {
            if (version.Storage && !value.Status.StoredVersions.Contains(version.Name))
                value = value with { Status = value.Status with { StoredVersions = value.Status.StoredVersions.Add(version.Name) } };
        }

        return value;
    }
}
