using System.Globalization;
using System.Text;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods;

/// <summary>
/// What sandboxes and containers are labelled with: upstream's names, so that <c>crictl</c>, log collectors and metrics agents understand them, and so that an agent
/// that starts again finds its pods.
/// </summary>
internal static class PodLabels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    public const string RestartCount = "io.kubernetes.container.restartCount";
    public const string TerminationMessagePath = "io.kubernetes.container.terminationMessagePath";
    public const string TerminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";
    public const string ContainerHash = "io.kubernetes.container.hash";
    public const string TerminationGracePeriod = "io.kubernetes.pod.terminationGracePeriod";

    /// <summary>A sandbox's labels: the pod's own and who it is.</summary>
    public static IReadOnlyDictionary<string, string> OfSandbox(Pod pod)
    {
        var labels = new Dictionary<string, string>(pod.Metadata.Labels);
        Identify(labels, pod);
        return labels;
    }

    /// <summary>A container's labels.</summary>
    public static IReadOnlyDictionary<string, string> OfContainer(Pod pod, IContainer container)
    {
        var labels = new Dictionary<string, string> { [ContainerName] = container.Name };
        Identify(labels, pod);
        return labels;
    }

    /// <summary>What a later agent must know of a container that the runtime doesn't tell.</summary>
    public static IReadOnlyDictionary<string, string> AnnotationsOf(Pod pod, IContainer container, uint attempt)
    {
        var annotations = new Dictionary<string, string>
        {
            [ContainerHash] = HashOf(container),
            [RestartCount] = attempt.ToString(CultureInfo.InvariantCulture),
            [TerminationMessagePath] = container.TerminationMessagePath,
            [TerminationMessagePolicy] = container.TerminationMessagePolicy,
        };
        if (pod.Spec.TerminationGracePeriodSeconds is { } grace)
            annotations[TerminationGracePeriod] = grace.ToString(CultureInfo.InvariantCulture);
        return annotations;
    }

    /// <summary>Was it made of another definition than this? What a container was made of is its name and its image (kubelet: HashContainer).</summary>
    public static bool IsOfAnother(Runtime.ContainerStatus made, IContainer container) =>
        made.Annotations.GetValueOrDefault(ContainerHash) is { } hash && hash != HashOf(container);

    /// <summary>How often the container was started before this time; the runtime's attempt where the annotation is missing.</summary>
    public static int RestartCountOf(Runtime.ContainerStatus container) =>
        int.TryParse(container.Annotations.GetValueOrDefault(RestartCount), CultureInfo.InvariantCulture, out var count) ? count : (int)container.Attempt;

    // kubelet: FNV-1a, 32 bits, of the two fields as JSON.
    private static string HashOf(IContainer container)
    {
        var hash = 2166136261u;
        foreach (var letter in Encoding.UTF8.GetBytes($$"""{"image":"{{container.Image}}","name":"{{container.Name}}"}"""))
            hash = (hash ^ letter) * 16777619u;
        return hash.ToString("x", CultureInfo.InvariantCulture);
    }

    private static void Identify(Dictionary<string, string> labels, Pod pod)
    {
        labels[PodName] = pod.Metadata.Name;
        labels[PodNamespace] = pod.Metadata.Namespace;
        labels[PodUid] = pod.Metadata.Uid;
    }
}
