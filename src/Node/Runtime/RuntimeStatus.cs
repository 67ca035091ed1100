namespace ControlPlane.Node.Runtime;

/// <summary>Who the runtime is.</summary>
/// <param name="Name">"containerd"; also the scheme of container IDs in statuses.</param>
/// <param name="Version">Its own version ("1.6.20").</param>
/// <param name="ApiVersion">The interface's version ("v1").</param>
internal sealed record RuntimeVersion(string Name, string Version, string ApiVersion);

/// <summary>How the runtime is.</summary>
internal sealed record RuntimeStatus
{
    /// <summary>The condition that says whether containers can be run at all.</summary>
    public const string RuntimeReady = "RuntimeReady";

    /// <summary>The condition that says whether sandboxes can have a network.</summary>
    public const string NetworkReady = "NetworkReady";

    /// <summary>The conditions by name.</summary>
    public required IReadOnlyList<RuntimeCondition> Conditions { get; init; }

    /// <summary>The handlers that a RuntimeClass can name; the default one is "". Empty where the runtime doesn't tell.</summary>
    public IReadOnlyList<RuntimeHandler> Handlers { get; init; } = [];

    /// <summary>Does the runtime honour <c>supplementalGroupsPolicy: Strict</c>?</summary>
    public bool SupportsSupplementalGroupsPolicy { get; init; }

    /// <summary>The condition of this name, if the runtime reports it.</summary>
    public RuntimeCondition? Find(string type) => Conditions.FirstOrDefault(condition => condition.Type == type);

    /// <summary>Do runtime and network both report ready?</summary>
    public bool IsReady => Find(RuntimeReady) is { IsTrue: true } && Find(NetworkReady) is { IsTrue: true };
}

/// <summary>One thing that is or isn't so.</summary>
internal sealed record RuntimeCondition(string Type, bool IsTrue, string Reason, string Message);

/// <summary>One way of running containers that the runtime offers.</summary>
internal sealed record RuntimeHandler(string Name, bool SupportsRecursiveReadOnlyMounts, bool SupportsUserNamespaces);
