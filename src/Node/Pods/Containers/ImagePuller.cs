using ControlPlane.Client.Events;
using ControlPlane.Node.Images;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>Makes a container's image present, as its imagePullPolicy says. Pulls that fail are tried again with growing pauses.</summary>
internal sealed class ImagePuller
{
    /// <summary>The image, or why it isn't there.</summary>
    public async Task<(Image? Image, WaitingReason? Failure)> EnsureAsync(PodContext pod, IContainer container, SandboxSpec sandbox, CancellationToken cancel)
    {
        if (!ImageName.IsValid(container.Image))
            return (null, Refuse(pod, container, "InspectFailed", "InvalidImageName",
                $"Failed to apply default image tag \"{container.Image}\": couldn't parse image name \"{container.Image}\": invalid reference format"));
        var present = await pod.Node.Runtime.FindImageAsync(container.Image, cancel);
        var policy = PolicyOf(container);
        if (present is not null && policy != "Always")
        {
            Tell(pod, container, EventKind.Normal, "Pulled", $"Container image \"{container.Image}\" already present on machine and can be accessed by the pod");
            return (present, null);
        }
        if (policy == "Never")
            return (null, Refuse(pod, container, "ErrImageNeverPull", "ErrImageNeverPull", $"Container image \"{container.Image}\" is not present with pull policy of Never"));
        return MustWait(pod, container) is { } waiting ? (null, waiting) : await PullAsync(pod, container, sandbox, cancel);
    }

    private static async Task<(Image? Image, WaitingReason? Failure)> PullAsync(PodContext pod, IContainer container, SandboxSpec sandbox, CancellationToken cancel)
    {
        Tell(pod, container, EventKind.Normal, "Pulling", $"Pulling image \"{container.Image}\"");
        await pod.ReportAsync(cancel); // a pull takes long: others want to see what is going on
        var started = pod.Node.Clock.GetTimestamp();
        var result = await PullWithAnyCredentialsAsync(pod, container, sandbox, cancel);
        if (result is PullImageResult.Failed failed)
            return (null, Fail(pod, container, failed));
        pod.FailedPulls.Remove(container.Image);
        var took = GoDurations.Format(TimeSpan.FromMilliseconds((long)pod.Node.Clock.GetElapsedTime(started).TotalMilliseconds));
        var image = await pod.Node.Runtime.FindImageAsync(((PullImageResult.Pulled)result).ImageReference, cancel);
        Tell(pod, container, EventKind.Normal, "Pulled", $"Successfully pulled image \"{container.Image}\" in {took} ({took} including waiting). Image size: {image?.Size ?? 0} bytes.");
        return image is null ? (null, new WaitingReason("ErrImagePull", $"the runtime doesn't show the pulled image \"{container.Image}\"")) : (image, null);
    }

    /// <summary>With the credentials that the pod names, in their order, or without any where it names none for this registry.</summary>
    private static async Task<PullImageResult> PullWithAnyCredentialsAsync(PodContext pod, IContainer container, SandboxSpec sandbox, CancellationToken cancel)
    {
        var credentials = await PullSecrets.FindAsync(pod, container.Image, cancel);
        if (credentials.Count == 0)
            return await pod.Node.Runtime.PullImageAsync(container.Image, null, sandbox, cancel);
        PullImageResult result = new PullImageResult.Failed(PullFailure.Unknown, "");
        foreach (var one in credentials)
        {
            result = await pod.Node.Runtime.PullImageAsync(container.Image, one, sandbox, cancel);
            if (result is PullImageResult.Pulled)
                break;
        }
        return result;
    }

    private static WaitingReason? MustWait(PodContext pod, IContainer container)
    {
        if (!pod.FailedPulls.TryGetValue(container.Image, out var failed))
            return null;
        var remaining = pod.Pulls.Remaining(container.Image, failed.At, pod.Node.Clock.GetUtcNow());
        if (remaining == TimeSpan.Zero)
            return null;
        pod.ComeBackIn(remaining);
        var message = $"Back-off pulling image \"{container.Image}\"";
        if (pod.Waiting.GetValueOrDefault(container.Name)?.Reason != "ImagePullBackOff")
        {
            Tell(pod, container, EventKind.Normal, "BackOff", message);
            Tell(pod, container, EventKind.Warning, "Failed", "Error: ImagePullBackOff");
        }
        return new WaitingReason("ImagePullBackOff", $"{message}: ErrImagePull: {failed.Error}");
    }

    private static WaitingReason Fail(PodContext pod, IContainer container, PullImageResult.Failed failed)
    {
        var now = pod.Node.Clock.GetUtcNow();
        pod.Pulls.Raise(container.Image, now, now);
        pod.FailedPulls[container.Image] = (now, failed.Message);
        pod.ComeBackIn(TimeSpan.FromMilliseconds(1)); // the next pass shows the back-off
        Tell(pod, container, EventKind.Warning, "Failed", $"Failed to pull image \"{container.Image}\": {failed.Message}");
        var reason = failed.Reason switch
        {
            PullFailure.RegistryUnavailable => "RegistryUnavailable",
            PullFailure.SignatureInvalid => "SignatureValidationFailed",
            _ => "ErrImagePull",
        };
        Tell(pod, container, EventKind.Warning, "Failed", "Error: " + reason);
        return new WaitingReason(reason, failed.Message);
    }

    private static WaitingReason Refuse(PodContext pod, IContainer container, string @event, string reason, string message)
    {
        Tell(pod, container, EventKind.Warning, @event, message);
        Tell(pod, container, EventKind.Warning, "Failed", "Error: " + reason);
        pod.ComeBackIn(TimeSpan.FromSeconds(10)); // kubelet: backOffPeriod of its pod workers
        return new WaitingReason(reason, message);
    }

    // The API server defaults it; pods of other writers may lack it.
    private static string PolicyOf(IContainer container) => container.ImagePullPolicy.Length > 0 ? container.ImagePullPolicy : "IfNotPresent";

    private static void Tell(PodContext pod, IContainer container, EventKind kind, string reason, string message) =>
        pod.Node.Events.Record(pod.Pod.ReferenceTo(container), kind, reason, message);
}
