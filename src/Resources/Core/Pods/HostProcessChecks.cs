using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Windows containers that are processes of the node itself: all of a pod's are, or none, and they use its network.</summary>
internal static class HostProcessChecks
{
    internal static void Check(PodSpec spec, FieldErrors at)
    {
        var ofPod = spec.SecurityContext?.WindowsOptions?.HostProcess;
        var (all, onHost) = (0, 0);
        foreach (var (container, place) in PodAnnotationChecks.Containers(spec, at))
        {
            var own = container.SecurityContext?.WindowsOptions?.HostProcess;
            all++;
            if ((own ?? ofPod) is true)
                onHost++;
            if (own is { } said && ofPod is { } shared && said != shared)
            {
                place.At("securityContext").At("windowsOptions").At("hostProcess").Invalid(
                    said,
                    $"pod hostProcess value must be identical if both are specified, was {(shared ? "true" : "false")}");
            }
        }

        if (onHost == 0)
            return;
        if (onHost != all)
            at.Invalid("", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
        if (!spec.HostNetwork)
            at.At("hostNetwork").Invalid(false, "hostNetwork must be true if pod contains any hostProcess containers");
    }
}
