using ControlPlane.Node.Volumes;

namespace ControlPlane.Node.Pods.Steps;

/// <summary>The pod's directories: for its volumes, its containers' last words, and its logs.</summary>
internal sealed class DirectoriesStep : IPodStep
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute; // kubelet: 0750

    private const UnixFileMode Everyone = OwnerAndGroup | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <inheritdoc/>
    public Task<StepOutcome> SetUpAsync(PodContext pod, CancellationToken cancel)
    {
        var directories = pod.Node.Directories;
        Directory.CreateDirectory(directories.OfPod(pod.Pod.Metadata.Uid), OwnerAndGroup);
        Directory.CreateDirectory(directories.LogsOf(pod.Pod), Everyone);
        foreach (var container in pod.Pod.AllContainers)
            Directory.CreateDirectory(Path.Combine(directories.LogsOf(pod.Pod), container.Name), Everyone);
        return Task.FromResult(StepOutcome.Done);
    }

    /// <inheritdoc/>
    public Task TearDownAsync(PodContext pod, CancellationToken cancel) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RemoveAsync(PodContext pod, CancellationToken cancel)
    {
        MountedTree.Delete(pod.Node.Directories.OfPod(pod.Pod.Metadata.Uid));
        MountedTree.Delete(pod.Node.Directories.LogsOf(pod.Pod));
        return Task.CompletedTask;
    }
}
