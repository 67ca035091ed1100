using System.Text;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>As whom a pod and its containers run, and what they may.</summary>
internal static partial class PodSecurityChecks
{
    private const int MaxSysctlName = 253; // core/validation: SysctlMaxLength
    private const int MaxAppArmorFile = 4095; // core/validation: the longest path, less its end
    private const string SysctlForm = @"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    private static readonly string[] HostIpcSysctls = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."];

    internal static void Check(PodSpec spec, FieldErrors spot)
    {
        if (spec.SecurityContext is not { } context)
            return;
        var at = spot.At("securityContext");
        CheckId(context.FsGroup, at.At("fsGroup"));
        CheckId(context.RunAsUser, at.At("runAsUser"));
        CheckId(context.RunAsGroup, at.At("runAsGroup"));
        for (var i = 0; i < context.SupplementalGroups.Count; i++)
            CheckId(context.SupplementalGroups[i], at.At("supplementalGroups", i));
        if (spec.ShareProcessNamespace is true && spec.HostPID)
            at.At("shareProcessNamespace").Invalid(true, "ShareProcessNamespace and HostPID cannot both be enabled");
        CheckSysctls(context.Sysctls, spec, at.At("sysctls"));
        if (context.FsGroupChangePolicy is { } change)
            at.At("fsGroupChangePolicy").OneOf(change, "Always", "OnRootMismatch");
        CheckSeccomp(context.SeccompProfile, at.At("seccompProfile"));
        WindowsChecks.Check(context.WindowsOptions, at.At("windowsOptions"));
        CheckAppArmor(context.AppArmorProfile, at.At("appArmorProfile"));
        if (context.SeLinuxChangePolicy is { } label)
            at.At("seLinuxChangePolicy").RequiredOneOf(label, "MountOption", "Recursive");
        if (context.SupplementalGroupsPolicy is { } groups)
            at.At("supplementalGroupsPolicy").OneOf(groups, "Merge", "Strict");
    }

    internal static void Check(SecurityContext? context, PodSpec spec, FieldErrors at)
    {
        if (context is null)
            return;
        CheckId(context.RunAsUser, at.At("runAsUser"));
        CheckId(context.RunAsGroup, at.At("runAsGroup"));
        if (context.ProcMount is { } mount)
        {
            at.At("procMount").OneOf(mount, "Default", "Unmasked");
            if (mount == "Unmasked" && spec.HostUsers is not false)
                at.At("procMount").Invalid(mount, "`hostUsers` must be false to use `Unmasked`");
        }

        CheckSeccomp(context.SeccompProfile, at.At("seccompProfile"));
        if (context.AllowPrivilegeEscalation is false)
            CheckNoEscalation(context, at.At("allowPrivilegeEscalation"));
        WindowsChecks.Check(context.WindowsOptions, at.At("windowsOptions"));
        CheckAppArmor(context.AppArmorProfile, at.At("appArmorProfile"));
    }

    /// <summary>With users of its own a pod cannot share what belongs to the node's users.</summary>
    internal static void CheckHostUsers(PodSpec spec, FieldErrors at)
    {
        if (spec.HostUsers is not false)
            return;
        foreach (var (isShared, field) in new[] { (spec.HostNetwork, "hostNetwork"), (spec.HostPID, "HostPID"), (spec.HostIPC, "HostIPC") })
        {
            if (isShared)
                at.At(field).Forbidden("when `hostUsers` is false");
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            if (!spec.Containers[i].VolumeDevices.IsEmpty)
                at.At("containers", i).At("volumeDevices").Forbidden("when `hostUsers` is false");
        }
    }

    private static void CheckNoEscalation(SecurityContext context, FieldErrors at)
    {
        if (context.Privileged is true)
            at.Invalid(false, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        foreach (var capability in context.Capabilities?.Add ?? default)
        {
            if (capability == "CAP_SYS_ADMIN")
                at.Invalid(false, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }

    private static void CheckId(long? id, FieldErrors at)
    {
        if (id is { } known)
            at.InRange(known, 0, int.MaxValue);
    }

    private static void CheckSeccomp(SeccompProfile? profile, FieldErrors at)
    {
        if (profile is null)
            return;
        if (profile.Type.Length == 0)
            at.At("type").Required("type is required when seccompProfile is set");
        else
            at.At("type").OneOf(profile.Type, "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Type != "Localhost" && profile.LocalhostProfile is not null)
            at.At("localhostProfile").Invalid(profile, "can only be set when seccomp type is Localhost");
        else if (profile.Type == "Localhost" && profile.LocalhostProfile is null)
            at.At("localhostProfile").Required("must be set when seccomp type is Localhost");
        else if (profile.LocalhostProfile is { } path)
            PathChecks.Descending(path, at.At("localhostProfile"));
    }

    private static void CheckAppArmor(AppArmorProfile? profile, FieldErrors at)
    {
        if (profile is null)
            return;
        switch (profile.Type)
        {
            case "Localhost":
                CheckAppArmorFile(profile.LocalhostProfile, at.At("localhostProfile"));
                break;
            case "RuntimeDefault" or "Unconfined":
                if (profile.LocalhostProfile is { } unused)
                    at.At("localhostProfile").Invalid(unused, "can only be set when AppArmor type is Localhost");
                break;
            case "":
                at.At("type").Required("type is required when appArmorProfile is set");
                break;
            default:
                at.At("type").NotSupported(profile.Type, "Localhost", "RuntimeDefault", "Unconfined");
                break;
        }
    }

    private static void CheckAppArmorFile(string? name, FieldErrors at)
    {
        if (string.IsNullOrEmpty(name))
            at.Required("must be set when AppArmor type is Localhost");
        else if (name.Trim().Length < name.Length)
            at.Invalid(name, "must not be padded with whitespace");
        if (name is not null && Encoding.UTF8.GetByteCount(name) > MaxAppArmorFile)
            at.TooLong(MaxAppArmorFile);
    }

    private static void CheckSysctls(ValueList<Sysctl> sysctls, PodSpec spec, FieldErrors at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < sysctls.Count; i++)
        {
            var (name, place) = (sysctls[i].Name, at.At(i).At("name"));
            if (name.Length == 0)
                place.Required();
            else if (name.Length > MaxSysctlName || !SysctlName().IsMatch(name))
                place.Invalid(name, FormattableString.Invariant($"must have at most {MaxSysctlName} characters and match regex {SysctlForm}"));
            else if (!seen.Add(name))
                place.Duplicate(name);
            CheckSysctlOfHost(name, spec, place);
        }
    }

    private static void CheckSysctlOfHost(string name, PodSpec spec, FieldErrors at)
    {
        var dotted = name.Replace('/', '.');
        if (spec.HostNetwork && dotted.StartsWith("net.", StringComparison.Ordinal))
            at.Invalid(name, "may not be specified when 'hostNetwork' is true");
        if (spec.HostIPC && HostIpcSysctls.Any(prefix => dotted.StartsWith(prefix, StringComparison.Ordinal)))
            at.Invalid(name, "may not be specified when 'hostIPC' is true");
    }

    [GeneratedRegex(SysctlForm)]
    private static partial Regex SysctlName();
}
