using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A pod that says for which operating system it is says nothing that only another one understands.</summary>
internal static class OperatingSystemChecks
{
    internal static void Check(PodSpec spec, FieldErrors at)
    {
        if (spec.Os is not { } os)
            return;
        if (os.Name.Length == 0)
            at.At("os").At("name").Required();
        else
            at.At("os").OneOf(os.Name, "linux", "windows");
        if (os.Name == "linux")
            CheckLinux(spec, at);
        else if (os.Name == "windows")
            CheckWindows(spec, at);
    }

    private static void CheckLinux(PodSpec spec, FieldErrors at)
    {
        const string NotHere = "windows options cannot be set for a linux pod";
        if (spec.SecurityContext?.WindowsOptions is not null)
            at.At("securityContext").At("windowsOptions").Forbidden(NotHere);
        foreach (var (container, place) in PodAnnotationChecks.Containers(spec, at))
        {
            if (container.SecurityContext?.WindowsOptions is not null)
                place.At("securityContext").At("windowsOptions").Forbidden(NotHere);
        }
    }

    private static void CheckWindows(PodSpec spec, FieldErrors at)
    {
        CheckWindows(spec, spec.SecurityContext ?? new(), at, at.At("securityContext"));
        foreach (var (container, place) in PodAnnotationChecks.Containers(spec, at))
        {
            if (container.SecurityContext is { } own)
                CheckWindows(own, place.At("securityContext"));
        }
    }

    // What the pod says of the node's namespaces stands among the rest, for upstream keeps it there.
    private static void CheckWindows(PodSpec spec, PodSecurityContext context, FieldErrors pod, FieldErrors at)
    {
        Forbid(context.AppArmorProfile is not null, at.At("appArmorProfile"));
        Forbid(context.SeLinuxOptions is not null, at.At("seLinuxOptions"));
        Forbid(spec.HostUsers is not null, pod.At("hostUsers"));
        Forbid(spec.HostPID, pod.At("hostPID"));
        Forbid(spec.HostIPC, pod.At("hostIPC"));
        Forbid(context.SeccompProfile is not null, at.At("seccompProfile"));
        Forbid(context.FsGroup is not null, at.At("fsGroup"));
        Forbid(context.FsGroupChangePolicy is not null, at.At("fsGroupChangePolicy"));
        Forbid(!context.Sysctls.IsEmpty, at.At("sysctls"));
        Forbid(spec.ShareProcessNamespace is not null, pod.At("shareProcessNamespace"));
        Forbid(context.RunAsUser is not null, at.At("runAsUser"));
        Forbid(context.RunAsGroup is not null, at.At("runAsGroup"));
        Forbid(!context.SupplementalGroups.IsEmpty, at.At("supplementalGroups"));
        Forbid(context.SupplementalGroupsPolicy is not null, at.At("supplementalGroupsPolicy"));
        Forbid(context.SeLinuxChangePolicy is not null, at.At("seLinuxChangePolicy"));
    }

    private static void CheckWindows(SecurityContext context, FieldErrors at)
    {
        Forbid(context.AppArmorProfile is not null, at.At("appArmorProfile"));
        Forbid(context.SeLinuxOptions is not null, at.At("seLinuxOptions"));
        Forbid(context.SeccompProfile is not null, at.At("seccompProfile"));
        Forbid(context.Capabilities is not null, at.At("capabilities"));
        Forbid(context.ReadOnlyRootFilesystem is not null, at.At("readOnlyRootFilesystem"));
        Forbid(context.Privileged is not null, at.At("privileged"));
        Forbid(context.AllowPrivilegeEscalation is not null, at.At("allowPrivilegeEscalation"));
        Forbid(context.ProcMount is not null, at.At("procMount"));
        Forbid(context.RunAsUser is not null, at.At("runAsUser"));
        Forbid(context.RunAsGroup is not null, at.At("runAsGroup"));
    }

    private static void Forbid(bool isSet, FieldErrors at)
    {
        if (isSet)
            at.Forbidden("cannot be set for a windows pod");
    }
}
