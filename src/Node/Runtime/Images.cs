using System.Collections.ObjectModel;

namespace ControlPlane.Node.Runtime;

/// <summary>An image that is present.</summary>
internal sealed record Image
{
    /// <summary>The digest of its configuration ("sha256:...").</summary>
    public required string Id { get; init; }

    /// <summary>Its names with tags, in full ("docker.io/library/busybox:1.36").</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Its names with digests.</summary>
    public IReadOnlyList<string> Digests { get; init; } = [];

    /// <summary>Bytes.</summary>
    public ulong Size { get; init; }

    /// <summary>The user it asks to run as, by number; null if it names none or by name.</summary>
    public long? UserId { get; init; }

    /// <summary>The user it asks to run as, by name; empty if by number (runAsNonRoot can't be checked by name).</summary>
    public string UserName { get; init; } = "";

    /// <summary>Must not be removed by image garbage collection.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Kept by the runtime.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>What a registry wants to see before it serves. ToString shows no secrets.</summary>
internal sealed record RegistryCredentials
{
    /// <summary>User of the pair.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Password of the pair.</summary>
    public string Password { get; init; } = "";

    /// <summary>Base64 of "user:password", in place of the pair.</summary>
    public string Auth { get; init; } = "";

    /// <summary>The registry they are for.</summary>
    public string ServerAddress { get; init; } = "";

    /// <summary>A token that is exchanged for an access token.</summary>
    public string IdentityToken { get; init; } = "";

    /// <summary>A bearer token.</summary>
    public string RegistryToken { get; init; } = "";

    /// <summary>The registry and the user alone.</summary>
    public override string ToString() => $"{UserName}@{ServerAddress}";
}
