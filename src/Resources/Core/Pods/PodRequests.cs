using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What a pod asks of a node (component-helpers: resource): scheduler, quota and node agent all count by this.</summary>
public static class PodRequests
{
    extension(Pod pod)
    {
        /// <summary>What its spec requests, in sum.</summary>
        public ValueMap<Quantity> Requests => Sum(pod, static container => container.Resources.Requests);

        /// <summary>What it takes up on its node: while a resize is under way the larger of what is asked and what is in use.</summary>
        public ValueMap<Quantity> RequestsInUse => pod.Status.ContainerStatuses.IsEmpty && pod.Status.InitContainerStatuses.IsEmpty
            ? pod.Requests
            : Sum(pod, container => InUse(pod, container));

        /// <summary>What it is taken to use where it does not say: a container without requests counts with those given.</summary>
        /// <param name="assumed">By resource; never added where the container requests that resource.</param>
        public ValueMap<Quantity> RequestsOr(ValueMap<Quantity> assumed) =>
            Sum(pod, container => assumed.WithAll(InUse(pod, container)));
    }

    /// <summary>
    /// Containers run beside each other and beside all sidecars; an init container runs beside the sidecars started before it; so the pod needs the larger of both.
    /// What it requests as a whole replaces what its containers request; the sandbox's overhead comes on top.
    /// </summary>
    private static ValueMap<Quantity> Sum(Pod pod, Func<Container, ValueMap<Quantity>> requestsOf)
    {
        var total = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.Containers)
            Add(total, requestsOf(container));
        if (!pod.Spec.InitContainers.IsEmpty)
            AddInitContainers(total, pod, requestsOf);
        foreach (var (name, quantity) in pod.Spec.Resources?.Requests ?? default)
        {
            if (name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal))
                total[name] = quantity;
        }
        Add(total, pod.Spec.Overhead);
        return total.ToValueMap();
    }

    private static void AddInitContainers(Dictionary<string, Quantity> total, Pod pod, Func<Container, ValueMap<Quantity>> requestsOf)
    {
        var sidecars = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var most = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in pod.Spec.InitContainers)
        {
            var requests = requestsOf(container);
            if (container.RestartPolicy == "Always")
            {
                Add(total, requests);
                Add(sidecars, requests);
                Raise(most, sidecars);
            }
            else
            {
                var together = new Dictionary<string, Quantity>(sidecars, StringComparer.Ordinal);
                Add(together, requests);
                Raise(most, together);
            }
        }
        Raise(total, most);
    }

    private static ValueMap<Quantity> InUse(Pod pod, Container container)
    {
        var status = Find(pod.Status.ContainerStatuses, container.Name) ?? Find(pod.Status.InitContainerStatuses, container.Name);
        if (status is null || (status.Resources is null && status.AllocatedResources.IsEmpty))
            return container.Resources.Requests;
        var most = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        // A resize that the node has refused for good changes nothing any more.
        if (!IsResizeInfeasible(pod))
            Raise(most, container.Resources.Requests);
        Raise(most, status.Resources?.Requests ?? default);
        Raise(most, status.AllocatedResources);
        return most.ToValueMap();
    }

    private static ContainerStatus? Find(ValueList<ContainerStatus> statuses, string name)
    {
        foreach (var status in statuses)
        {
            if (status.Name == name)
                return status;
        }
        return null;
    }

    private static bool IsResizeInfeasible(Pod pod)
    {
        foreach (var condition in pod.Status.Conditions)
        {
            if (condition is { Type: "PodResizePending", Reason: "Infeasible" })
                return true;
        }
        return false;
    }

    private static void Add(Dictionary<string, Quantity> total, IEnumerable<KeyValuePair<string, Quantity>> more)
    {
        foreach (var (name, quantity) in more)
            total[name] = total.TryGetValue(name, out var known) ? known + quantity : quantity;
    }

    private static void Raise(Dictionary<string, Quantity> most, IEnumerable<KeyValuePair<string, Quantity>> other)
    {
        foreach (var (name, quantity) in other)
        {
            if (!most.TryGetValue(name, out var known) || known < quantity)
                most[name] = quantity;
        }
    }
}
