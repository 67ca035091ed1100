using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;
using RuntimeSecurity = ControlPlane.Node.Runtime.SecurityContext;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>Whom a pod's processes run as and what they may do: the container's own words over the pod's.</summary>
internal static class SecurityContexts
{
    // Upstream: pkg/securitycontext, defaultMaskedPaths and defaultReadonlyPaths.
    private static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>The sandbox's.</summary>
    public static RuntimeSecurity OfSandbox(Pod pod)
    {
        var security = pod.Spec.SecurityContext;
        return new RuntimeSecurity
        {
            Namespaces = NamespacesOf(pod),
            Privileged = pod.AllContainers.Any(static container => container.SecurityContext?.Privileged == true),
            RunAsUser = security?.RunAsUser,
            RunAsGroup = security?.RunAsGroup,
            SupplementalGroups = GroupsOf(security),
            SupplementalGroupsPolicy = PolicyOf(security),
            Seccomp = new SecurityProfile(SecurityProfileKind.RuntimeDefault), // the sandbox's own program needs nothing (kubelet does so too)
            Selinux = ToOptions(security?.SeLinuxOptions),
        };
    }

    /// <summary>A container's.</summary>
    /// <exception cref="ContainerConfigException">It must not run as root, but would.</exception>
    public static RuntimeSecurity OfContainer(Pod pod, IContainer container, Image image)
    {
        var (own, shared) = (container.SecurityContext, pod.Spec.SecurityContext);
        var user = own?.RunAsUser ?? shared?.RunAsUser;
        if ((own?.RunAsNonRoot ?? shared?.RunAsNonRoot) == true)
            RequireNonRoot(pod, container, user, image);
        var isPrivileged = own?.Privileged == true;
        var hidesProc = !isPrivileged && own?.ProcMount != "Unmasked";
        return new RuntimeSecurity
        {
            Namespaces = NamespacesOf(pod),
            Privileged = isPrivileged,
            RunAsUser = user ?? image.UserId,
            RunAsUserName = user is null && image.UserId is null ? image.UserName : "",
            RunAsGroup = own?.RunAsGroup ?? shared?.RunAsGroup,
            SupplementalGroups = GroupsOf(shared),
            SupplementalGroupsPolicy = PolicyOf(shared),
            ReadOnlyRootFilesystem = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivileges = own?.AllowPrivilegeEscalation == false,
            AddCapabilities = [.. own?.Capabilities?.Add ?? []],
            DropCapabilities = [.. own?.Capabilities?.Drop ?? []],
            Seccomp = isPrivileged ? null : ToProfile(own?.SeccompProfile ?? shared?.SeccompProfile),
            AppArmor = ToProfile(own?.AppArmorProfile ?? shared?.AppArmorProfile),
            Selinux = ToOptions(own?.SeLinuxOptions ?? shared?.SeLinuxOptions),
            MaskedPaths = hidesProc ? Masked : [],
            ReadOnlyPaths = hidesProc ? ReadOnly : [],
        };
    }

    private static void RequireNonRoot(Pod pod, IContainer container, long? user, Image image)
    {
        var where = $"(pod: \"{pod.Display}\", container: {container.Name})";
        if (user == 0)
            throw new ContainerConfigException($"container's runAsUser breaks non-root policy {where}");
        if (user is not null)
            return;
        if (image.UserName.Length > 0 && image.UserId is null)
            throw new ContainerConfigException($"container has runAsNonRoot and image has non-numeric user ({image.UserName}), cannot verify user is non-root {where}");
        if (image.UserId is null or 0)
            throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {where}");
    }

    private static NamespaceOptions NamespacesOf(Pod pod) => new()
    {
        Network = pod.Spec.HostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID ? NamespaceMode.Node : pod.Spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
        Ipc = pod.Spec.HostIPC ? NamespaceMode.Node : NamespaceMode.Pod,
    };

    private static IReadOnlyList<long> GroupsOf(PodSecurityContext? security) =>
        security is null ? [] : [.. security.SupplementalGroups, .. security.FsGroup is { } group ? [group] : (long[])[]];

    private static SupplementalGroupsPolicy PolicyOf(PodSecurityContext? security) =>
        security?.SupplementalGroupsPolicy == "Strict" ? SupplementalGroupsPolicy.Strict : SupplementalGroupsPolicy.Merge;

    private static SecurityProfile? ToProfile(SeccompProfile? profile) => ToProfile(profile?.Type, profile?.LocalhostProfile, "/var/lib/kubelet/seccomp/");

    private static SecurityProfile? ToProfile(AppArmorProfile? profile) => ToProfile(profile?.Type, profile?.LocalhostProfile, "");

    private static SecurityProfile? ToProfile(string? type, string? localhost, string root) => type switch
    {
        "RuntimeDefault" => new SecurityProfile(SecurityProfileKind.RuntimeDefault),
        "Unconfined" => new SecurityProfile(SecurityProfileKind.Unconfined),
        "Localhost" => new SecurityProfile(SecurityProfileKind.Localhost, root + localhost),
        _ => null,
    };

    private static SelinuxOptions? ToOptions(SELinuxOptions? options) => options is null ? null : new SelinuxOptions(options.User, options.Role, options.Type, options.Level);
}
