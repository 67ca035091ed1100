using System.Net;
using System.Net.Sockets;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Services;

/// <summary>Which pods stand behind a service, and where they answer.</summary>
internal static class ServicePods
{
    extension(Service service)
    {
        /// <summary>Are its endpoints found by its selector? (Those of others are their owners' matter.)</summary>
        public bool SelectsPods => service.Spec.Type != "ExternalName" && !service.Spec.Selector.IsEmpty;

        /// <summary>Has it no address of its own?</summary>
        public bool IsHeadless => service.Spec.ClusterIP is "" or "None";

        /// <summary>Does its selector match those labels?</summary>
        public bool Selects(ValueMap<string> labels)
        {
            foreach (var (key, value) in service.Spec.Selector)
            {
                if (labels.Find(key) != value)
                    return false;
            }
            return !service.Spec.Selector.IsEmpty;
        }
    }

    extension(Pod pod)
    {
        /// <summary>May it be reached, now or after it has become ready?</summary>
        public bool HasEndpoint => !pod.HasEnded && (pod.Status.PodIP.Length > 0 || !pod.Status.PodIPs.IsEmpty);

        /// <summary>Its name in the service's domain; null where it has none.</summary>
        public string? HostnameIn(Service service) =>
            pod.Spec.Hostname.Length > 0 && pod.Spec.Subdomain == service.Metadata.Name ? pod.Spec.Hostname : null;

        /// <summary>The number of the port that the service's port leads to; null where the pod has none of that name.</summary>
        public int? PortFor(ServicePort port) =>
            port.TargetPort.IsString ? pod.ContainersWithPorts.SelectMany(static container => container.Ports)
                .FirstOrDefault(declared => declared.Name == port.TargetPort.Text && declared.Protocol == port.Protocol)?.ContainerPort_
            : port.TargetPort.Number;

        /// <summary>Its addresses of a family: "IPv4" or "IPv6".</summary>
        public ValueList<string> AddressesOf(string family) =>
            pod.Status.PodIPs.Select(static address => address.Ip).Where(ip => FamilyOf(ip) == family).ToValueList();

        /// <summary>A reference for its endpoint; without a version, which would change with every heartbeat.</summary>
        public ObjectReference ToTarget() => new() { Kind = "Pod", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid };

        // Sidecars serve as long as the pod runs.
        private IEnumerable<Container> ContainersWithPorts =>
            pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(static container => container.RestartPolicy == "Always"));
    }

    /// <summary>"IPv4" or "IPv6"; "" for what is no address.</summary>
    public static string FamilyOf(string ip) => !IPAddress.TryParse(ip, out var address) ? ""
        : address.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6";

    /// <summary>The services for which a change of a pod makes a difference.</summary>
    public static IEnumerable<ObjectKey> Concerned(ObjectChange<Pod> change, ObjectStore<Service> services)
    {
        if (change is { Before: { } before, After: { } after } && IsSameToServices(before, after))
            return [];
        return services.In(change.Object.Metadata.Namespace)
            .Where(service => (change.Before is { } was && service.Selects(was.Metadata.Labels)) || (change.After is { } now && service.Selects(now.Metadata.Labels)))
            .Select(static service => new ObjectKey(service.Metadata.Namespace, service.Metadata.Name));
    }

    private static bool IsSameToServices(Pod before, Pod after) =>
        before.Metadata.Labels == after.Metadata.Labels
        && before.HasReadyCondition == after.HasReadyCondition
        && before.HasEnded == after.HasEnded
        && before.Metadata.DeletionTimestamp.HasValue == after.Metadata.DeletionTimestamp.HasValue
        && before.Status.PodIP == after.Status.PodIP
        && before.Status.PodIPs == after.Status.PodIPs
        && before.Spec.NodeName == after.Spec.NodeName
        && before.Spec.Hostname == after.Spec.Hostname
        && before.Spec.Subdomain == after.Spec.Subdomain;
}
