using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>One version of a custom resource: its schema decides what is kept, filled in and accepted.</summary>
internal sealed class DynamicVersion : ServedVersion
{
    private readonly ConversionWebhook? _webhook;

    /// <summary>A version of a definition.</summary>
    /// <param name="source">The definition.</param>
    /// <param name="names">The names that it was granted.</param>
    /// <param name="version">The version.</param>
    /// <param name="stored">The version that is stored.</param>
    /// <param name="webhook">Converts; null where versions differ in their name and schema alone.</param>
    public DynamicVersion(
        CustomResourceDefinition source, CustomResourceDefinitionNames names, CustomResourceDefinitionVersion version, CustomResourceDefinitionVersion stored, ConversionWebhook? webhook)
    {
        Kind = new GroupVersionKind(source.Spec.Group, version.Name, names.Kind);
        IsServed = version.Served;
        IsHub = version.Name == stored.Name;
        HasStatus = version.Subresources?.Status is not null;
        _webhook = webhook;
        Structure = SchemaOf(source, version);
        Schema = PublishedSchemas.OfObjects(Kind, Structure);
        ListSchema = PublishedSchemas.OfLists(Kind with { Kind = names.ListKind }, Schema);
        Info = VersionInfo.Of(source, names, version, Kind with { Version = stored.Name });
        Rules = new DynamicRules(Kind, Structure, version.Subresources?.Scale);
        Traits = new ResourceTraits
        {
            Columns = PrinterColumns.Of(version),
            SelectableFields = [.. version.SelectableFields.AsSpan().ToArray().Select(SelectableOf)],
            Scale = version.Subresources?.Scale is { } scale ? ScalePaths.Of(scale) : null,
            ResetFields = HasStatus ? ["status"] : [],
            StatusResetFields = ["metadata", "spec"],
            MetadataChecksOnUpdate = 2,
        };
        if (version.Deprecated)
            Deprecation = version.DeprecationWarning ?? $"{Kind.ApiVersion} {Kind.Kind} is deprecated";
    }

    /// <inheritdoc/>
    public override GroupVersionKind Kind { get; }

    /// <inheritdoc/>
    public override TypeDescriptor Schema { get; }

    /// <summary>The shape of lists of its objects.</summary>
    public TypeDescriptor ListSchema { get; }

    /// <summary>The schema with its conditions.</summary>
    public StructuralSchema Structure { get; }

    /// <summary>The checks of its objects.</summary>
    public DynamicRules Rules { get; }

    /// <summary>May clients speak it?</summary>
    public bool IsServed { get; }

    /// <summary>Has it /status?</summary>
    public bool HasStatus { get; }

    /// <inheritdoc/>
    public override ResourceInfo Info { get; }

    /// <inheritdoc/>
    public override ResourceTraits Traits { get; }

    /// <inheritdoc/>
    public override string? Deprecation { get; }

    /// <inheritdoc/>
    public override bool HasProtobuf => false;

    /// <inheritdoc/>
    public override bool IsHub { get; }

    /// <inheritdoc/>
    public override IApiObject ReadJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics)
    {
        var duplicates = diagnostics is null ? null : new List<string>();
        var unknown = diagnostics is null ? null : new List<string>();
        try
        {
            var tree = TreeReader.ReadObject(json, duplicates);
            duplicates?.ForEach(path => diagnostics!.Note($"duplicate field \"{path}\""));
            var metadata = ReadMetadata(tree["metadata"], diagnostics);
            var content = Pruning.Prune(tree.Without("apiVersion").Without("kind").Without("metadata"), Schema, unknown);
            unknown?.ForEach(path => diagnostics!.Note($"unknown field \"{path}\""));
            return new DynamicObject(Kind, metadata, content);
        }
        catch (TreeFormatException malformed)
        {
            throw new DecodeException(malformed.Message, malformed);
        }
    }

    /// <inheritdoc/>
    public override IApiObject ReadProtobuf(ReadOnlySpan<byte> message) => throw new DecodeException($"{Kind} has no protobuf form");

    /// <inheritdoc/>
    public override byte[] WriteJson(IApiObject value) => Json.Encode(FromHub(value));

    /// <inheritdoc/>
    public override byte[] WriteProtobuf(IApiObject value) => throw new NotSupportedException($"{Kind} has no protobuf form");

    /// <inheritdoc/>
    public override IApiObject Default(IApiObject value)
    {
        var made = (DynamicObject)value;
        return made.WithContent((TreeObject)Defaulting.Apply(Defaulting.DropForbiddenNulls(made.Content, Schema), Schema));
    }

    /// <inheritdoc/>
    public override IApiObject ToHub(IApiObject value) => value;

    /// <inheritdoc/>
    public override IApiObject FromHub(IApiObject hub)
    {
        var value = (DynamicObject)hub;
        if (value.GroupVersionKind == Kind)
            return value;
        // apiextensions: pkg/apiserver/conversion/nop_converter.go; what the other schema does not know is pruned
        var converted = _webhook is null ? value.WithKind(Kind) : _webhook.Convert(value, Kind);
        return converted.WithContent(Pruning.Prune(converted.Content, Schema));
    }

    private static StructuralSchema SchemaOf(CustomResourceDefinition source, CustomResourceDefinitionVersion version)
    {
        var json = version.Schema?.OpenAPIV3Schema is { } schema ? TreeReader.ReadObject(Json.EncodeMessage(schema)) : TreeObject.Empty;
        return SchemaReader.Read(source.Spec.PreserveUnknownFields ? json.With("x-kubernetes-preserve-unknown-fields", TreeBoolean.True) : json);
    }

    private static ObjectMeta ReadMetadata(TreeValue? metadata, DecodeDiagnostics? diagnostics)
    {
        if (metadata is null or TreeNull)
            return new ObjectMeta();
        var inner = diagnostics is null ? null : new DecodeDiagnostics();
        var read = Json.Decode<ObjectMeta>(TreeWriter.ToBytes(metadata), inner);
        foreach (var message in inner?.Messages ?? [])
            diagnostics!.Note(message.Replace("field \"", "field \"metadata.", StringComparison.Ordinal));
        return read;
    }

    private static Machinery.Definitions.SelectableField SelectableOf(Types.ApiExtensions.SelectableField field)
    {
        var query = JsonPathQuery.Parse(field.JsonPath);
        return new(field.JsonPath.TrimStart('.'), value => query.First(((DynamicObject)value).Content) switch
        {
            null or TreeNull => "",
            TreeString text => text.Value,
            var other => other.ToString(),
        });
    }
}
