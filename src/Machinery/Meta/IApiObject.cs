using System.Collections.Immutable;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Meta;

/// <summary>Anything that says of itself what it is, with kind and apiVersion: objects, lists of them, Status, DeleteOptions.</summary>
public interface IRuntimeObject : IMessage
{
    /// <summary>What it is.</summary>
    GroupVersionKind GroupVersionKind { get; }

    /// <summary>Writes it as a document of its own, with kind and apiVersion first (<see cref="IMessage.WriteJson"/> leaves those out).</summary>
    void WriteDocument(JsonOutput json);
}

/// <summary>A type whose values say of themselves what they are.</summary>
public interface IRuntimeObject<TSelf> : IRuntimeObject, IMessage<TSelf>
    where TSelf : class, IRuntimeObject<TSelf>
{
    /// <summary>What its values are.</summary>
    static abstract GroupVersionKind Kind { get; }
}

/// <summary>An object: something with metadata.</summary>
public interface IApiObject : IRuntimeObject
{
    /// <summary>Name, namespace, labels, owners, version.</summary>
    ObjectMeta Metadata { get; }

    /// <summary>The same object with other metadata.</summary>
    IApiObject WithMetadata(ObjectMeta metadata);

    /// <summary>The names (in JSON) of its members that are not as in another object of its kind.</summary>
    ImmutableArray<string> MembersUnlike(IApiObject another);

    /// <summary>The same object with these members as another object of its kind has them. Names that it does not know mean nothing.</summary>
    IApiObject WithMembersOf(IApiObject another, ImmutableArray<string> names);

    /// <summary>An object of its kind that has these members and no others.</summary>
    IApiObject OnlyMembers(ImmutableArray<string> names);
}

/// <summary>A kind that is served as a resource of its own.</summary>
public interface IApiObject<TSelf> : IApiObject, IRuntimeObject<TSelf>
    where TSelf : class, IApiObject<TSelf>
{
    /// <summary>How it is served.</summary>
    static abstract ResourceInfo Resource { get; }
}

/// <summary>A list of objects.</summary>
public interface IListObject : IRuntimeObject
{
    /// <summary>Resource version, continue token, remaining item count.</summary>
    ListMeta Metadata { get; }
}

/// <summary>A list of objects of one kind.</summary>
public interface IListObject<TSelf, TItem> : IListObject, IRuntimeObject<TSelf>
    where TSelf : class, IListObject<TSelf, TItem>
{
    /// <summary>The objects.</summary>
    ValueList<TItem> Items { get; }
}
