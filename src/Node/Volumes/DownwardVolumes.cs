using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>downwardAPI: what a pod says of itself, as files that follow its labels and annotations.</summary>
internal sealed class DownwardVolumes : IVolumeKind
{
    private const string Kind = "kubernetes.io~downward-api";

    /// <inheritdoc/>
    public bool Handles(Volume volume) => volume.DownwardAPI is not null;

    /// <inheritdoc/>
    public Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel)
    {
        var source = request.Volume.DownwardAPI!;
        var path = request.DirectoryFor(Kind);
        Directory.CreateDirectory(path);
        var files = VolumeContents.OfPod(request.Pod, source.Items, source.DefaultMode ?? VolumeContents.DefaultMode);
        new AtomicFiles(path, request.Pod.Node.Clock).Write(files, request.Group);
        return Task.FromResult(path);
    }
}
