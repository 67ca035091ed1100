using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Prefers nodes that have the pod's images, the more so the larger these are; an image that few nodes have counts less, so that these are not overrun.</summary>
internal sealed class ImageLocality : IScore<ImageLocality.Wanted>
{
    private const long Megabyte = 1024 * 1024;
    private const long Least = 23 * Megabyte; // upstream: minThreshold
    private const long MostPerContainer = 1000 * Megabyte; // upstream: maxContainerThreshold

    public string Name => "ImageLocality";

    public Wanted PreScore(PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> nodes)
    {
        var spec = pod.Pod.Spec;
        var images = spec.Containers.Concat(spec.InitContainers).Select(static container => FullName(container.Image));
        double all = Math.Max(1, snapshot.Nodes.Count);
        return new([.. images.Select(image => (image, snapshot.NodesWithImage(image) / all))]);
    }

    public long Score(Wanted state, PodInfo pod, NodeInfo node)
    {
        long sum = 0;
        foreach (var (image, share) in state.Images)
        {
            if (node.Images.TryGetValue(image, out var bytes))
                sum += (long)(bytes * share);
        }
        var most = MostPerContainer * state.Images.Length;
        return Normalization.MaxScore * (Math.Clamp(sum, Least, most) - Least) / (most - Least);
    }

    /// <summary>Nodes name images with their tag: "nginx" is "nginx:latest".</summary>
    private static string FullName(string image) =>
        image.LastIndexOf(':') <= image.LastIndexOf('/') ? image + ":latest" : image;

    /// <summary>The pod's images, each with the share of nodes that have it.</summary>
    internal sealed record Wanted((string Image, double Share)[] Images);
}
