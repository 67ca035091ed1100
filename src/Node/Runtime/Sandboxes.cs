using System.Collections.ObjectModel;
using System.Net;

namespace ControlPlane.Node.Runtime;

/// <summary>Does the sandbox's process run?</summary>
internal enum SandboxState
{
    /// <summary>It runs and has its network.</summary>
    Ready,

    /// <summary>It doesn't, or lost its network.</summary>
    NotReady,
}

/// <summary>Which sandboxes; the default is all. Conditions are combined by and.</summary>
internal sealed record SandboxFilter
{
    /// <summary>All of them.</summary>
    public static SandboxFilter All { get; } = new();

    /// <summary>Only this one.</summary>
    public SandboxId? Id { get; init; }

    /// <summary>Only those in this state.</summary>
    public SandboxState? State { get; init; }

    /// <summary>Only those with all these labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>A sandbox as lists show it.</summary>
internal record Sandbox
{
    /// <summary>The runtime's name for it.</summary>
    public required SandboxId Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required SandboxIdentity Identity { get; init; }

    /// <summary>Whether it runs.</summary>
    public required SandboxState State { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>As in its spec.</summary>
    public string RuntimeHandler { get; init; } = "";
}

/// <summary>A sandbox in full.</summary>
internal sealed record SandboxStatus : Sandbox
{
    /// <summary>Its addresses, the first one first; none with the host's network.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Whose network, processes and shared memory it has.</summary>
    public NamespaceOptions Namespaces { get; init; } = new();
}
