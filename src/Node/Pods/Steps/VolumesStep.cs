using ControlPlane.Client.Events;
using ControlPlane.Node.Volumes;

namespace ControlPlane.Node.Pods.Steps;

/// <summary>The pod's volumes: made before anything runs, kept up to date while it does, unmounted when it has ended.</summary>
internal sealed class VolumesStep(VolumeKinds kinds) : IPodStep
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(60); // kubelet: --sync-frequency; tokens are renewed, lost files are written again

    /// <inheritdoc/>
    public async Task<StepOutcome> SetUpAsync(PodContext pod, CancellationToken cancel)
    {
        var outcome = StepOutcome.Done;
        foreach (var volume in pod.Pod.Spec.Volumes.AsEnumerable())
        {
            try
            {
                pod.Volumes[volume.Name] = await kinds.SetUpAsync(new VolumeRequest(volume, pod), cancel);
            }
            catch (Exception failure) when (failure is VolumeException or IOException or UnauthorizedAccessException or TimeoutException)
            {
                pod.Node.Events.Record(pod.Pod, EventKind.Warning, "FailedMount", $"MountVolume.SetUp failed for volume \"{volume.Name}\" : {failure.Message}");
                pod.ComeBackIn(Retry);
                // A pod that already runs keeps what it has: only a volume that never was holds it back.
                if (!pod.Volumes.ContainsKey(volume.Name))
                    outcome = StepOutcome.NotYet;
            }
        }
        if (pod.Pod.Spec.Volumes.Count > 0)
            pod.ComeBackIn(Resync);
        return outcome;
    }

    /// <inheritdoc/>
    public async Task TearDownAsync(PodContext pod, CancellationToken cancel)
    {
        MountedTree.Delete(pod.Node.Directories.VolumesOf(pod.Pod.Metadata.Uid));
        pod.Volumes.Clear();
        await pod.Node.ConfigMaps.ReleaseAsync(pod.Pod.Metadata.Uid);
        await pod.Node.Secrets.ReleaseAsync(pod.Pod.Metadata.Uid);
    }
}
