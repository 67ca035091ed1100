using System.Collections.Immutable;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Meta;

/// <summary>An object whose type is known at run time alone: metadata as everywhere, the rest as a tree. What custom resources are made of.</summary>
/// <remarks>
/// Within a write it is in the version that the client speaks; what is stored is in the storage version. Two objects are equal when they hold the same, whatever the
/// version: a conversion that changes nothing makes no difference.
/// </remarks>
public sealed class DynamicObject : IApiObject, IEquatable<DynamicObject>
{
    /// <summary>An object of that kind.</summary>
    /// <param name="kind">Group, version and kind.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="content">All other members: neither apiVersion nor kind nor metadata.</param>
    public DynamicObject(GroupVersionKind kind, ObjectMeta metadata, TreeObject content) => (GroupVersionKind, Metadata, Content) = (kind, metadata, content);

    /// <inheritdoc/>
    public GroupVersionKind GroupVersionKind { get; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get; }

    /// <summary>All other members.</summary>
    public TreeObject Content { get; }

    /// <inheritdoc/>
    public TypeDescriptor TypeDescriptor => TypeDescriptor.Untyped;

    /// <inheritdoc/>
    public IApiObject WithMetadata(ObjectMeta metadata) => new DynamicObject(GroupVersionKind, metadata, Content);

    /// <inheritdoc/>
    public ImmutableArray<string> MembersUnlike(IApiObject another)
    {
        var other = (DynamicObject)another;
        var names = Content.Select(static member => member.Name).Union(other.Content.Select(static member => member.Name), StringComparer.Ordinal)
            .Where(name => !Equals(Content[name], other.Content[name]));
        return Metadata.Equals(other.Metadata) ? [.. names] : ["metadata", .. names];
    }

    /// <inheritdoc/>
    public IApiObject WithMembersOf(IApiObject another, ImmutableArray<string> names)
    {
        var other = (DynamicObject)another;
        var content = names.Where(static name => name != "metadata")
            .Aggregate(Content, (made, name) => other.Content[name] is { } value ? made.With(name, value) : made.Without(name));
        return new DynamicObject(GroupVersionKind, names.Contains("metadata") ? other.Metadata : Metadata, content);
    }

    /// <inheritdoc/>
    public IApiObject OnlyMembers(ImmutableArray<string> names) => new DynamicObject(GroupVersionKind, ObjectMeta.Empty, TreeObject.Empty).WithMembersOf(this, names);

    /// <summary>The same object with other content.</summary>
    public DynamicObject WithContent(TreeObject content) => ReferenceEquals(content, Content) ? this : new(GroupVersionKind, Metadata, content);

    /// <summary>The same object, said to be of another version.</summary>
    public DynamicObject WithKind(GroupVersionKind kind) => kind == GroupVersionKind ? this : new(kind, Metadata, Content);

    /// <summary>The whole object as one tree, apiVersion, kind and metadata among its members.</summary>
    public TreeObject ToTree() => Content
        .With("apiVersion", TreeString.Of(GroupVersionKind.ApiVersion))
        .With("kind", TreeString.Of(GroupVersionKind.Kind))
        .With("metadata", TreeReader.ReadObject(Json.EncodeMessage(Metadata)));

    /// <inheritdoc/>
    public void WriteDocument(JsonOutput json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var start = json.Begin();
        json.Raw(",\"apiVersion\":"u8);
        json.String(GroupVersionKind.ApiVersion);
        json.Raw(",\"kind\":"u8);
        json.String(GroupVersionKind.Kind);
        WriteMembers(json);
        json.EndObject(start);
    }

    /// <inheritdoc/>
    public void WriteJson(JsonOutput json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var start = json.Begin();
        WriteMembers(json);
        json.EndObject(start);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Custom resources have no protobuf form.</exception>
    public void WriteProtobuf(ProtobufWriter writer) => throw new NotSupportedException($"{GroupVersionKind} has no protobuf form");

    /// <inheritdoc/>
    public bool Equals(DynamicObject? other) =>
        ReferenceEquals(this, other)
        || (other is not null && GroupVersionKind.GroupKind == other.GroupVersionKind.GroupKind && Metadata.Equals(other.Metadata) && Content.Equals(other.Content));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DynamicObject);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GroupVersionKind.GroupKind, Metadata, Content);

    /// <summary>Which object it is, without what it holds.</summary>
    public override string ToString() => $"{GroupVersionKind} {Metadata.Namespace}/{Metadata.Name}";

    private void WriteMembers(JsonOutput json)
    {
        json.Raw(",\"metadata\":"u8);
        Metadata.WriteJson(json);
        foreach (var (name, value) in Content)
        {
            json.Name(name);
            json.Raw(TreeWriter.ToBytes(value));
        }
    }
}
