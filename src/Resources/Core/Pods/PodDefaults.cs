using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What a pod has where its author says nothing (core/v1: defaults.go). What a template leaves open is filled in by the pods made from it.</summary>
internal static class PodDefaults
{
    private const long GracePeriodSeconds = 30; // core/v1: DefaultTerminationGracePeriodSeconds

    extension(PodSpec spec)
    {
        /// <summary>As a pod and as the pod in a template.</summary>
        internal PodSpec Defaulted()
        {
            var account = spec.ServiceAccountName.Length > 0 ? spec.ServiceAccountName : spec.ServiceAccount;
            return spec with
            {
                Volumes = spec.Volumes.DefaultEach(VolumeDefaults.Defaulted),
                InitContainers = spec.InitContainers.DefaultEach(ContainerDefaults.Defaulted),
                Containers = spec.Containers.DefaultEach(ContainerDefaults.Defaulted),
                EphemeralContainers = spec.EphemeralContainers.DefaultEach(ContainerDefaults.Defaulted),
                RestartPolicy = spec.RestartPolicy.Length > 0 ? spec.RestartPolicy : "Always",
                DnsPolicy = spec.DnsPolicy.Length > 0 ? spec.DnsPolicy : "ClusterFirst",
                SchedulerName = spec.SchedulerName.Length > 0 ? spec.SchedulerName : "default-scheduler",
                TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? GracePeriodSeconds,
                SecurityContext = spec.SecurityContext ?? new PodSecurityContext(),
                Overhead = spec.Overhead.Rounded(),
                Resources = spec.Resources?.Rounded(),
                // The old name and the new one say the same; both are told.
                ServiceAccountName = account,
                ServiceAccount = account,
            };
        }

        /// <summary>What is filled in for pods alone.</summary>
        internal PodSpec DefaultedAsPod()
        {
            var pod = spec with
            {
                Containers = spec.Containers.DefaultEach(container => AsPod(container, spec.HostNetwork)),
                InitContainers = spec.InitContainers.DefaultEach(container => AsPod(container, spec.HostNetwork)),
                EnableServiceLinks = spec.EnableServiceLinks ?? true,
            };
            return pod.Resources is { Limits.IsEmpty: false } whole ? pod with { Resources = whole with { Requests = WholeRequests(pod, whole) } } : pod;
        }
    }

    extension(PodTemplateSpec template)
    {
        /// <summary>The template with its pod defaulted.</summary>
        internal PodTemplateSpec Defaulted() => template with { Spec = template.Spec.Defaulted() };
    }

    extension(ResourceRequirements resources)
    {
        /// <summary>None finer than a thousandth.</summary>
        internal ResourceRequirements Rounded() => resources with { Limits = resources.Limits.Rounded(), Requests = resources.Requests.Rounded() };
    }

    private static Container AsPod(Container container, bool hostNetwork)
    {
        var resources = container.Resources;
        if (!resources.Limits.IsEmpty)
            container = container with { Resources = resources with { Requests = resources.Requests.Or(resources.Limits) } };
        return hostNetwork && container.Ports.Count > 0
            ? container with { Ports = container.Ports.DefaultEach(port => port.HostPort == 0 ? port with { HostPort = port.ContainerPort_ } : port) }
            : container;
    }

    // What its containers request together, then what the pod as a whole is limited to.
    private static ValueMap<Quantity> WholeRequests(PodSpec spec, ResourceRequirements whole)
    {
        var together = new Pod { Spec = spec with { Resources = null, Overhead = default } }.Requests;
        return whole.Requests.Or(together.Where(entry => IsOvercommittable(entry.Key)).ToValueMap()).Or(whole.Limits.Where(entry => IsOfWholePod(entry.Key)).ToValueMap());
    }

    private static bool IsOvercommittable(string resource) => resource is "cpu" or "memory";

    private static bool IsOfWholePod(string resource) => IsOvercommittable(resource) || resource.StartsWith("hugepages-", StringComparison.Ordinal);
}
