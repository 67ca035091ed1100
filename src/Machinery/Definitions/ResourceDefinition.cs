using System.Collections.Immutable;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Features;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Machinery.Definitions;

/// <summary>
/// One resource as the server sees it: what it is called, how it is stored and shown, and what its rules are. The built-in kinds derive
/// <see cref="ResourceDefinition{T}"/>, one file each; a CustomResourceDefinition becomes one at run time. Everything else — routes, discovery, OpenAPI,
/// tables, storage keys, the write path — is derived from this, so that there is one engine for all.
/// </summary>
/// <remarks>
/// Definitions are immutable after construction and used from many threads. Objects are handled in the <em>hub</em> version (that of the storage);
/// other served versions convert at the edge (<see cref="ServedVersion"/>).
/// </remarks>
public abstract class ResourceDefinition
{
    /// <summary>Names, scope, verbs and subresources: data from api-schemas (or from the CRD).</summary>
    public abstract ResourceInfo Info { get; }

    /// <summary>Group and plural, as errors print it: "deployments.apps".</summary>
    public GroupResource Resource => new(Info.Group, Info.Plural);

    /// <summary>Group, version and kind of the hub.</summary>
    public abstract GroupVersionKind Hub { get; }

    /// <summary>The versions that clients may speak, the preferred one first. At least one; the hub is usually among them.</summary>
    public abstract ImmutableArray<ServedVersion> Versions { get; }

    /// <summary>The versions that stored bytes may be in: those that are served, and (of custom resources) those that are served no longer.</summary>
    public virtual ImmutableArray<ServedVersion> ReadableVersions => Versions;

    /// <summary>How bytes in the store are read and written: protobuf for built-in kinds, JSON for custom resources and the few exceptions.</summary>
    public abstract ServedVersion Storage { get; }

    /// <summary>The path below /registry: "pods", "services/specs", "widgets.example.com".</summary>
    public abstract string StoragePrefix { get; }

    /// <summary>What was declared: subresources, columns, selectable fields, life cycle.</summary>
    public abstract ResourceTraits Traits { get; }

    /// <summary>Fills what the client left out, as upstream's defaulting does.</summary>
    public abstract IApiObject Default(IApiObject value);

    /// <summary>Resets what a client may not set on create (status, generation) and fills what only the server knows.</summary>
    public abstract IApiObject PrepareForCreate(IApiObject value, WriteContext context);

    /// <summary>Keeps what an update may not touch and bumps the generation when the spec changed.</summary>
    public abstract IApiObject PrepareForUpdate(IApiObject value, IApiObject old, WriteContext context);

    /// <summary>All that is wrong with a new object; metadata is checked by the engine before.</summary>
    public abstract void Validate(IApiObject value, FieldErrors errors);

    /// <summary>The same, where a kind tells the versions apart in which it was sent (<see cref="WriteContext.Version"/>).</summary>
    public virtual void Validate(IApiObject value, WriteContext context, FieldErrors errors) => Validate(value, errors);

    /// <summary>All that is wrong with a change; metadata is checked by the engine before.</summary>
    public abstract void ValidateUpdate(IApiObject value, IApiObject old, FieldErrors errors);

    /// <summary>
    /// The same, where a kind tells apart subresources (<see cref="WriteContext.Subresource"/>; status only where no <see cref="ResourceTraits.Status"/> is
    /// declared), or the versions in which it was sent (<see cref="WriteContext.Version"/>).
    /// </summary>
    public virtual void ValidateUpdate(IApiObject value, IApiObject old, WriteContext context, FieldErrors errors) => ValidateUpdate(value, old, errors);

    /// <summary>Texts for the Warning header; <paramref name="old"/> is null on create.</summary>
    public abstract IEnumerable<string> Warnings(IApiObject value, IApiObject? old);

    /// <summary>How names are checked (metadata.name).</summary>
    public abstract NameRule NameRule { get; }

    /// <inheritdoc/>
    public override string ToString() => Resource.ToString();
}

/// <summary>Who writes, and when: what <c>PrepareFor…</c> may need beyond the objects.</summary>
/// <param name="UserName">The authenticated user.</param>
/// <param name="UserUid">Their uid, or empty.</param>
/// <param name="Groups">Their groups.</param>
/// <param name="Extra">Their extra attributes.</param>
/// <param name="Now">The time of the request.</param>
/// <param name="Subresource">"" for the object itself, else "status", "scale", "ephemeralcontainers", ...</param>
public sealed record WriteContext(
    string UserName,
    string UserUid,
    ImmutableArray<string> Groups,
    ImmutableDictionary<string, ImmutableArray<string>> Extra,
    DateTimeOffset Now,
    string Subresource = "")
{
    /// <summary>In which version the object was sent, where one is known.</summary>
    public GroupVersion Version { get; init; }

    /// <summary>Which features are on: fields of others are dropped.</summary>
    public FeatureGates Features { get; init; } = FeatureGates.Default;
}

/// <summary>One version of a resource as clients speak it: its codecs, its schema, and the way to and from the hub.</summary>
public abstract class ServedVersion
{
    /// <summary>Group, version, kind.</summary>
    public abstract GroupVersionKind Kind { get; }

    /// <summary>What discovery tells of this version, where its versions differ; null for what the definition tells.</summary>
    public virtual ResourceInfo? Info => null;

    /// <summary>Columns, scale and the like of this version, where its versions differ; null for those of the definition.</summary>
    public virtual ResourceTraits? Traits => null;

    /// <summary>The warning that every request in this version is answered with; null for none.</summary>
    public virtual string? Deprecation => null;

    /// <summary>The shape of its objects.</summary>
    public abstract Schemas.TypeDescriptor Schema { get; }

    /// <summary>Reads an object of this version (not yet defaulted, not yet converted).</summary>
    /// <exception cref="Serialization.DecodeException">The bytes are not such an object.</exception>
    public abstract IApiObject ReadJson(ReadOnlySpan<byte> json, Serialization.DecodeDiagnostics? diagnostics);

    /// <summary>Reads the bare protobuf message, without the envelope.</summary>
    /// <exception cref="Serialization.DecodeException">The bytes are not such a message, or this version has no protobuf form.</exception>
    public abstract IApiObject ReadProtobuf(ReadOnlySpan<byte> message);

    /// <summary>Writes an object of this version, with kind and apiVersion first.</summary>
    public abstract byte[] WriteJson(IApiObject value);

    /// <summary>Writes the message within its <c>k8s\0</c> envelope.</summary>
    public abstract byte[] WriteProtobuf(IApiObject value);

    /// <summary>Has it a protobuf form? Custom resources have none.</summary>
    public abstract bool HasProtobuf { get; }

    /// <summary>Fills what the client left out in this version; called before <see cref="ToHub"/>.</summary>
    public abstract IApiObject Default(IApiObject value);

    /// <summary>The same object in the hub's version.</summary>
    public abstract IApiObject ToHub(IApiObject value);

    /// <summary>The hub's object in this version.</summary>
    public abstract IApiObject FromHub(IApiObject hub);

    /// <summary>Is this version the hub, so that stored JSON can be sent as it is?</summary>
    public abstract bool IsHub { get; }
}

/// <summary>How a name is checked: finds nothing, or says what is wrong in upstream's words.</summary>
/// <param name="name">The name; without its random suffix when <paramref name="isPrefix"/>.</param>
/// <param name="isPrefix">It is a generateName.</param>
public delegate IEnumerable<string> NameRule(string name, bool isPrefix);
