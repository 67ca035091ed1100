using ControlPlane.Node.Runtime.Cri.Protocol;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Security contexts to and from CRI's messages.</summary>
internal static class SecurityMessages
{
    /// <summary>Of a sandbox.</summary>
    public static LinuxSandboxSecurityContext ToSandbox(SecurityContext security) => new()
    {
        NamespaceOptions = ToMessage(security.Namespaces),
        SelinuxOptions = ToMessage(security.Selinux),
        RunAsUser = CriValues.Wrap(security.RunAsUser),
        RunAsGroup = CriValues.Wrap(security.RunAsGroup),
        ReadonlyRootfs = security.ReadOnlyRootFilesystem,
        SupplementalGroups = { security.SupplementalGroups },
        SupplementalGroupsPolicy = (Protocol.SupplementalGroupsPolicy)security.SupplementalGroupsPolicy,
        Privileged = security.Privileged,
        Seccomp = ToMessage(security.Seccomp),
        Apparmor = ToMessage(security.AppArmor),
    };

    /// <summary>Of a container.</summary>
    public static LinuxContainerSecurityContext ToContainer(SecurityContext security) => new()
    {
        Capabilities = new Capability { AddCapabilities = { security.AddCapabilities }, DropCapabilities = { security.DropCapabilities } },
        Privileged = security.Privileged,
        NamespaceOptions = ToMessage(security.Namespaces),
        SelinuxOptions = ToMessage(security.Selinux),
        RunAsUser = CriValues.Wrap(security.RunAsUser),
        RunAsGroup = CriValues.Wrap(security.RunAsGroup),
        RunAsUsername = security.RunAsUserName,
        ReadonlyRootfs = security.ReadOnlyRootFilesystem,
        SupplementalGroups = { security.SupplementalGroups },
        SupplementalGroupsPolicy = (Protocol.SupplementalGroupsPolicy)security.SupplementalGroupsPolicy,
        NoNewPrivs = security.NoNewPrivileges,
        MaskedPaths = { security.MaskedPaths },
        ReadonlyPaths = { security.ReadOnlyPaths },
        Seccomp = ToMessage(security.Seccomp),
        Apparmor = ToMessage(security.AppArmor),
        ApparmorProfile = AppArmorName(security.AppArmor),
    };

    /// <summary>The namespaces that a sandbox has.</summary>
    public static NamespaceOptions FromMessage(NamespaceOption? options) => options is null ? new() : new()
    {
        Network = (Runtime.NamespaceMode)options.Network,
        Pid = (Runtime.NamespaceMode)options.Pid,
        Ipc = (Runtime.NamespaceMode)options.Ipc,
        Target = options.TargetId.Length == 0 ? null : new ContainerId(options.TargetId),
        User = FromMessage(options.UsernsOptions),
    };

    private static NamespaceOption ToMessage(NamespaceOptions options) => new()
    {
        Network = (Protocol.NamespaceMode)options.Network,
        Pid = (Protocol.NamespaceMode)options.Pid,
        Ipc = (Protocol.NamespaceMode)options.Ipc,
        TargetId = options.Target?.Value ?? "",
        UsernsOptions = ToMessage(options.User),
    };

    // Pod: a namespace of the pod's own. Node: the host's, which is also what no options mean.
    private static Protocol.UserNamespace? ToMessage(UserNamespace? user) => user is null ? null : new()
    {
        Mode = Protocol.NamespaceMode.Pod,
        Uids = { user.Users.Select(ToMessage) },
        Gids = { user.Groups.Select(ToMessage) },
    };

    private static UserNamespace? FromMessage(Protocol.UserNamespace? user) =>
        user is null || user.Mode == Protocol.NamespaceMode.Node ? null : new([.. user.Uids.Select(FromMessage)], [.. user.Gids.Select(FromMessage)]);

    private static IDMapping ToMessage(IdMapping mapping) => new() { HostId = mapping.HostId, ContainerId = mapping.ContainerId, Length = mapping.Length };

    private static IdMapping FromMessage(IDMapping mapping) => new(mapping.HostId, mapping.ContainerId, mapping.Length);

    private static Protocol.SecurityProfile? ToMessage(SecurityProfile? profile) => profile is null ? null : new()
    {
        ProfileType = (Protocol.SecurityProfile.Types.ProfileType)profile.Kind,
        LocalhostRef = profile.LocalhostReference,
    };

    /// <summary>AppArmor as older runtimes read it: one word in place of the message.</summary>
    private static string AppArmorName(SecurityProfile? profile) => profile?.Kind switch
    {
        SecurityProfileKind.RuntimeDefault => "runtime/default",
        SecurityProfileKind.Unconfined => "unconfined",
        SecurityProfileKind.Localhost => "localhost/" + profile.LocalhostReference,
        _ => "",
    };

    private static SELinuxOption? ToMessage(SelinuxOptions? options) =>
        options is null ? null : new() { User = options.User, Role = options.Role, Type = options.Type, Level = options.Level };
}
