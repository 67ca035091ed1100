using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Registry.Stored;

/// <summary>How the objects of one resource become the bytes of the store, and back.</summary>
/// <remarks>
/// What is written is upstream's form: protobuf in its envelope or JSON, in the storage version, without resourceVersion (the revision says it) and selfLink.
/// What is read may be of either form and of any served version: another control plane may have written it.
/// </remarks>
internal sealed class StoredForm
{
    private readonly ResourceDefinition _definition;
    private readonly ImmutableArray<SelectableField> _fields;

    public StoredForm(ResourceDefinition definition)
    {
        _definition = definition;
        _fields = definition.Traits.SelectableFields;
        Hub = definition.Versions.FirstOrDefault(version => version.IsHub) ?? definition.Storage;
        ItemOffset = JsonPrefix(Hub.Kind).Length;
    }

    /// <summary>The version that records are in.</summary>
    public ServedVersion Hub { get; }

    /// <summary>Where in the hub's JSON that begins which follows kind and apiVersion.</summary>
    public int ItemOffset { get; }

    /// <summary>The bytes for the store.</summary>
    public byte[] Encode(IApiObject hub)
    {
        var value = hub.Metadata is { ResourceVersion.Length: 0, SelfLink.Length: 0 }
            ? hub
            : hub.WithMetadata(hub.Metadata with { ResourceVersion = "", SelfLink = "" });
        var version = _definition.Storage;
        var stored = version.FromHub(value);
        return Protect(version.HasProtobuf && !_definition.Info.IsStoredAsJson ? version.WriteProtobuf(stored) : version.WriteJson(stored));
    }

    /// <summary>The record of stored bytes.</summary>
    /// <exception cref="DecodeException">They are not such an object.</exception>
    public IApiObject Decode(ReadOnlyMemory<byte> stored, string resourceVersion)
    {
        var value = Read(Reveal(stored).Span);
        return value.WithMetadata(value.Metadata with { ResourceVersion = resourceVersion });
    }

    /// <summary>Are the objects kept by the values of that selectable field?</summary>
    public bool IsIndexed(int field) => _fields[field].IsIndexed;

    /// <summary>The selectable fields' texts, in the order of their declaration.</summary>
    public string[] SelectableFields(IApiObject record) => [.. _fields.Select(field => field.Value(record))];

    // Encryption at rest comes in here: what is written is protected, what is read is revealed, nothing else sees the difference.
    private static byte[] Protect(byte[] bytes) => bytes;

    private static ReadOnlyMemory<byte> Reveal(ReadOnlyMemory<byte> stored) => stored;

    private IApiObject Read(ReadOnlySpan<byte> bytes)
    {
        if (!Envelope.IsEnvelope(bytes))
        {
            var version = VersionOf(JsonTypeMeta.ApiVersion(bytes));
            return version.ToHub(version.Default(version.ReadJson(bytes, null)));
        }

        var message = Envelope.Read(bytes, out var kind);
        var spoken = VersionOf(kind.ApiVersion);
        return spoken.ToHub(spoken.Default(spoken.ReadProtobuf(message)));
    }

    private ServedVersion VersionOf(string apiVersion)
    {
        if (apiVersion == _definition.Storage.Kind.ApiVersion)
            return _definition.Storage;
        foreach (var version in _definition.ReadableVersions)
        {
            if (version.Kind.ApiVersion == apiVersion)
                return version;
        }

        throw new DecodeException($"no kind \"{_definition.Hub.Kind}\" is registered for version \"{apiVersion}\"");
    }

    // WriteJson writes kind and apiVersion first, so that what precedes the rest is the same for all objects.
    private static string JsonPrefix(GroupVersionKind kind) => $"{{\"kind\":\"{kind.Kind}\",\"apiVersion\":\"{kind.ApiVersion}\",";
}
