namespace ControlPlane.Node.Runtime;

/// <summary>Whose namespace a process lives in.</summary>
internal enum NamespaceMode
{
    /// <summary>The sandbox's, shared by its containers.</summary>
    Pod,

    /// <summary>The container's own.</summary>
    Container,

    /// <summary>The host's.</summary>
    Node,

    /// <summary>That of the container named by <see cref="NamespaceOptions.Target"/> (ephemeral containers).</summary>
    Target,
}

/// <summary>Which namespaces a sandbox or container lives in.</summary>
internal sealed record NamespaceOptions
{
    /// <summary>Network: <see cref="NamespaceMode.Pod"/> or <see cref="NamespaceMode.Node"/>.</summary>
    public NamespaceMode Network { get; init; } = NamespaceMode.Pod;

    /// <summary>Processes. A pod that doesn't share them says <see cref="NamespaceMode.Container"/>.</summary>
    public NamespaceMode Pid { get; init; } = NamespaceMode.Container;

    /// <summary>Shared memory: <see cref="NamespaceMode.Pod"/> or <see cref="NamespaceMode.Node"/>.</summary>
    public NamespaceMode Ipc { get; init; } = NamespaceMode.Pod;

    /// <summary>Whose namespaces to join where a mode says <see cref="NamespaceMode.Target"/>.</summary>
    public ContainerId? Target { get; init; }

    /// <summary>A user namespace of the pod's own, with these mappings; null is the host's.</summary>
    public UserNamespace? User { get; init; }
}

/// <summary>A user namespace: which users and groups of the host stand for those inside.</summary>
internal sealed record UserNamespace(IReadOnlyList<IdMapping> Users, IReadOnlyList<IdMapping> Groups);

/// <summary>A run of <paramref name="Length"/> ids.</summary>
internal readonly record struct IdMapping(uint HostId, uint ContainerId, uint Length);

/// <summary>Kinds of seccomp and AppArmor profiles.</summary>
internal enum SecurityProfileKind
{
    /// <summary>The runtime's own profile.</summary>
    RuntimeDefault,

    /// <summary>None.</summary>
    Unconfined,

    /// <summary>One of the host's: a file's path for seccomp, a loaded profile's name for AppArmor.</summary>
    Localhost,
}

/// <summary>A seccomp or AppArmor profile.</summary>
internal sealed record SecurityProfile(SecurityProfileKind Kind, string LocalhostReference = "");

/// <summary>SELinux labels.</summary>
internal sealed record SelinuxOptions(string User, string Role, string Type, string Level);

/// <summary>What the image's own groups do to the process's supplemental groups.</summary>
internal enum SupplementalGroupsPolicy
{
    /// <summary>They are added.</summary>
    Merge,

    /// <summary>They are left out.</summary>
    Strict,
}

/// <summary>What a process may do and as whom it runs. A sandbox uses a part of it.</summary>
internal sealed record SecurityContext
{
    /// <summary>Its namespaces.</summary>
    public NamespaceOptions Namespaces { get; init; } = new();

    /// <summary>Everything the host's root may do, with all its devices.</summary>
    public bool Privileged { get; init; }

    /// <summary>The user by number; null is the image's.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>The group by number; null is the image's.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>The user by name, looked up in the image; used where <see cref="RunAsUser"/> is null.</summary>
    public string RunAsUserName { get; init; } = "";

    /// <summary>Groups beside the primary one (fsGroup, supplementalGroups).</summary>
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>Whether the image's groups count.</summary>
    public SupplementalGroupsPolicy SupplementalGroupsPolicy { get; init; }

    /// <summary>The root file system can't be written.</summary>
    public bool ReadOnlyRootFilesystem { get; init; }

    /// <summary>No process gains privileges by executing a file (allowPrivilegeEscalation: false).</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>Capabilities added to the runtime's default ones, without <c>CAP_</c>.</summary>
    public IReadOnlyList<string> AddCapabilities { get; init; } = [];

    /// <summary>Capabilities taken away.</summary>
    public IReadOnlyList<string> DropCapabilities { get; init; } = [];

    /// <summary>The seccomp profile; null is the runtime's choice.</summary>
    public SecurityProfile? Seccomp { get; init; }

    /// <summary>The AppArmor profile; null is the runtime's choice.</summary>
    public SecurityProfile? AppArmor { get; init; }

    /// <summary>SELinux labels; null is the runtime's choice.</summary>
    public SelinuxOptions? Selinux { get; init; }

    /// <summary>Paths hidden from the container (procMount: Default); containers alone.</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>Paths the container can't write (procMount: Default); containers alone.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];
}
