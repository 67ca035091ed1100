namespace ControlPlane.ApiServer.Authentication.ServiceAccounts;

/// <summary>What a token can be bound to.</summary>
internal enum BoundObjectKind
{
    /// <summary>The account itself.</summary>
    ServiceAccount,

    /// <summary>A pod of its namespace.</summary>
    Pod,

    /// <summary>A secret of its namespace.</summary>
    Secret,

    /// <summary>A node.</summary>
    Node,
}

/// <summary>Finds an object that a token is bound to, as it is now; null when there is none of that name. The namespace is "" for nodes.</summary>
internal delegate ValueTask<BoundObject?> FindBoundObject(BoundObjectKind kind, string @namespace, string name, CancellationToken cancel);

/// <summary>What decides whether a token's object is still there.</summary>
/// <param name="Uid">metadata.uid</param>
/// <param name="DeletedAt">metadata.deletionTimestamp: when it ends or ended; null while nobody deleted it.</param>
internal sealed record BoundObject(string Uid, DateTimeOffset? DeletedAt);
