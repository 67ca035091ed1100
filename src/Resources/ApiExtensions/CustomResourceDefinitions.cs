using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>Makes a new kind known to the server.</summary>
internal sealed class CustomResourceDefinitions : ResourceDefinition<CustomResourceDefinition>
{
    private const string Cleanup = "customresourcecleanup.apiextensions.k8s.io";

    /// <inheritdoc/>
    public override ServedVersion Storage { get; } = new StoredDefinitionVersion();

    protected override void Declare(Declaration<CustomResourceDefinition> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status })
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("metadata", "spec")
        .UpdateNeedsVersion()
        .DeletionHold(value => value.Metadata.DeletionTimestamp is null, Marked)
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

    protected override IEnumerable<string> Warnings(CustomResourceDefinition value, CustomResourceDefinition? old) => value.Spec.Versions.AsSpan().ToArray()
        .Where(version => version.Schema?.OpenAPIV3Schema is not null && (old is null || !old.Spec.Versions.Contains(version)))
        .SelectMany(version => UnknownFormats.Of(version.Schema!.OpenAPIV3Schema!))
        .Select(format => $"unrecognized format {FieldErrors.Quote(format)}")
        .Distinct();

    private static CustomResourceConversion WithPort(CustomResourceConversion conversion) => conversion.Webhook?.ClientConfig?.Service is { Port: null } service
        ? conversion with { Webhook = conversion.Webhook with { ClientConfig = conversion.Webhook.ClientConfig with { Service = service with { Port = 443 } } } }
        : conversion;

    // A definition goes after its objects: the first deletion marks it (apiextensions: pkg/registry/customresourcedefinition/etcd.go, Delete).
    private static CustomResourceDefinition Marked(CustomResourceDefinition value)
    {
        var metadata = value.Metadata;
        if (!metadata.Finalizers.Contains(Cleanup))
            metadata = metadata with { Finalizers = metadata.Finalizers.Add(Cleanup) };
        var terminating = new CustomResourceDefinitionCondition
        {
            Type = "Terminating",
            Status = "True",
            Reason = "InstanceDeletionPending",
            Message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
            LastTransitionTime = metadata.DeletionTimestamp ?? default,
        };
        return value with
        {
            Metadata = metadata,
            Status = value.Status with { Conditions = value.Status.Conditions.RemoveAll(condition => condition.Type == terminating.Type).Add(terminating) },
        };
    }

    // Where objects of a version may have been stored is remembered until they are known to be rewritten.
    private static CustomResourceDefinition WithStoredVersion(CustomResourceDefinition value)
    {
        var stored = value.Spec.Versions.AsSpan().ToArray().FirstOrDefault(version => version.Storage);
        return stored is null || value.Status.StoredVersions.Contains(stored.Name)
            ? value
            : value with { Status = value.Status with { StoredVersions = value.Status.StoredVersions.Add(stored.Name) } };
    }
}
