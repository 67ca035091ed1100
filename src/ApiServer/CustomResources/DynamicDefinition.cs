using System.Collections.Immutable;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>
/// A kind built at run time from a CustomResourceDefinition, for the same engine that serves the built-in kinds (apiextensions: pkg/apiserver and
/// pkg/registry/customresource). The hub is the storage version; within a write an object stays in the version that the client speaks, whose schema it must meet.
/// </summary>
internal sealed class DynamicDefinition : ResourceDefinition
{
    private readonly ImmutableArray<DynamicVersion> _all;
    private readonly DynamicVersion _storage;

    /// <summary>The kind that a definition describes.</summary>
    /// <param name="source">The definition, valid.</param>
    /// <param name="names">The names that it was granted (status.acceptedNames).</param>
    /// <param name="client">Asks webhooks.</param>
    public DynamicDefinition(CustomResourceDefinition source, CustomResourceDefinitionNames names, ConversionClient client)
    {
        Source = source;
        var stored = source.Spec.Versions.First(version => version.Storage);
        var webhook = source.Spec.Conversion is { Strategy: "Webhook", Webhook.ClientConfig: not null } conversion ? new ConversionWebhook(conversion, client) : null;
        _all = [.. source.Spec.Versions.Select(version => new DynamicVersion(source, names, version, stored, webhook))];
        _storage = _all.First(version => version.IsHub);
        Versions = [.. _all.Where(version => version.IsServed).OrderBy(version => version.Kind.Version, VersionOrder.MostPreferredFirst)];
        Traits = new ResourceTraits
        {
            Columns = _storage.Traits.Columns,
            Scale = _storage.Traits.Scale,
            SelectableFields = [.. _all.SelectMany(version => version.Traits.SelectableFields).DistinctBy(field => field.Path)],
            ResetFields = _storage.Traits.ResetFields,
            StatusResetFields = _storage.Traits.StatusResetFields,
            MetadataChecksOnUpdate = _storage.Traits.MetadataChecksOnUpdate,
            UpdateNeedsVersion = true,
        };
    }

    /// <summary>The definition that this was made from.</summary>
    public CustomResourceDefinition Source { get; }

    /// <inheritdoc/>
    public override ResourceInfo Info => _storage.Info;

    /// <inheritdoc/>
    public override GroupVersionKind Hub => _storage.Kind;

    /// <inheritdoc/>
    public override ImmutableArray<ServedVersion> Versions { get; }

    /// <inheritdoc/>
    public override ImmutableArray<ServedVersion> ReadableVersions => ImmutableArray<ServedVersion>.CastUp(_all);

    /// <inheritdoc/>
    public override ServedVersion Storage => _storage;

    /// <inheritdoc/>
    public override string StoragePrefix => Info.StoragePrefix;

    /// <inheritdoc/>
    public override ResourceTraits Traits { get; }

    /// <inheritdoc/>
    public override NameRule NameRule => Names.DnsSubdomain;

    /// <inheritdoc/>
    public override IApiObject Default(IApiObject value) => value;

    /// <inheritdoc/>
    public override IApiObject PrepareForCreate(IApiObject value, WriteContext context)
    {
        var made = (DynamicObject)value;
        if (VersionOf(made).HasStatus)
            made = made.WithContent(made.Content.Without("status"));
        return made.WithMetadata(made.Metadata with { Generation = 1 });
    }

    /// <inheritdoc/>
    public override IApiObject PrepareForUpdate(IApiObject value, IApiObject old, WriteContext context)
    {
        var made = (DynamicObject)value;
        var version = VersionOf(made);
        var before = (DynamicObject)version.FromHub(old);
        var status = (context.Subresource == "status" ? made : before).Content["status"];
        if (context.Subresource == "status")
        {
            // Nothing of the object but its status changes, and who manages it.
            var metadata = before.Metadata with { ManagedFields = made.Metadata.ManagedFields, ResourceVersion = made.Metadata.ResourceVersion };
            return new DynamicObject(made.GroupVersionKind, metadata, WithStatus(before, status).Content);
        }

        if (version.HasStatus)
            made = WithStatus(made, status);
        return made.Content.Equals(before.Content) ? made : made.WithMetadata(made.Metadata with { Generation = before.Metadata.Generation + 1 });
    }

    /// <inheritdoc/>
    public override void Validate(IApiObject value, FieldErrors errors)
    {
        var made = (DynamicObject)value;
        VersionOf(made).Rules.Check(made, null, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(IApiObject value, IApiObject old, FieldErrors errors)
    {
        var made = (DynamicObject)value;
        var version = VersionOf(made);
        version.Rules.Check(made, (DynamicObject)version.FromHub(old), errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(IApiObject value, IApiObject old, WriteContext context, FieldErrors errors)
    {
        if (context.Subresource != "status")
        {
            ValidateUpdate(value, old, errors);
            return;
        }

        var made = (DynamicObject)value;
        var version = VersionOf(made);
        version.Rules.CheckStatus(made, (DynamicObject)version.FromHub(old), errors);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(IApiObject value, IApiObject? old) => [];

    private static DynamicObject WithStatus(DynamicObject value, Machinery.Trees.TreeValue? status) =>
        value.WithContent(status is null ? value.Content.Without("status") : value.Content.With("status", status));

    private DynamicVersion VersionOf(DynamicObject value)
    {
        foreach (var version in _all)
        {
            if (version.Kind.Version == value.GroupVersionKind.Version)
                return version;
        }

        return _storage;
    }
}
