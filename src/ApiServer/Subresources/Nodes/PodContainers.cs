using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Subresources.Nodes;

/// <summary>Which container of a pod a request means (pkg/registry/core/pod/strategy.go).</summary>
internal static class PodContainers
{
    private const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>The container's name, and the node that it runs on.</summary>
    /// <exception cref="ApiException">400: the pod runs nowhere yet, has no such container, or several to choose from.</exception>
    public static (string Node, string Container) Choose(Pod pod, string asked)
    {
        var name = pod.Metadata.Name;
        var container = asked.Length > 0 ? asked : Only(pod);
        if (!Names(pod).Contains(container))
            throw ApiError.BadRequest($"container {container} is not valid for pod {name}");
        return (NodeOf(pod), container);
    }

    /// <summary>The node that a pod runs on.</summary>
    /// <exception cref="ApiException">400: none yet.</exception>
    public static string NodeOf(Pod pod) =>
        pod.Spec.NodeName.Length > 0 ? pod.Spec.NodeName : throw ApiError.BadRequest($"pod {pod.Metadata.Name} does not have a host assigned");

    private static string Only(Pod pod)
    {
        if (pod.Spec.Containers is [var only])
            return only.Name;
        if (pod.Metadata.Annotations.TryGetValue(DefaultContainer, out var chosen) && Names(pod).Contains(chosen))
            return chosen;
        var regular = string.Join(' ', pod.Spec.Containers.Select(container => container.Name));
        var initial = pod.Spec.InitContainers.IsEmpty ? "" : $" or one of the init containers: [{string.Join(' ', pod.Spec.InitContainers.Select(container => container.Name))}]";
        throw ApiError.BadRequest($"a container name must be specified for pod {pod.Metadata.Name}, choose one of: [{regular}]{initial}");
    }

    private static IEnumerable<string> Names(Pod pod) =>
        pod.Spec.Containers.Select(container => container.Name)
            .Concat(pod.Spec.InitContainers.Select(container => container.Name))
            .Concat(pod.Spec.EphemeralContainers.Select(container => container.Name));
}
