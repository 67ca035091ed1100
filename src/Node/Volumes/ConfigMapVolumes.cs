using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>configMap: its keys as files, which follow its changes.</summary>
internal sealed class ConfigMapVolumes : IVolumeKind
{
    private const string Kind = "kubernetes.io~configmap";

    /// <inheritdoc/>
    public bool Handles(Volume volume) => volume.ConfigMap is not null;

    /// <inheritdoc/>
    public async Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel)
    {
        var source = request.Volume.ConfigMap!;
        var files = await VolumeContents.OfConfigMapAsync(
            request.Pod, source.Name, source.Items, source.Optional == true, source.DefaultMode ?? VolumeContents.DefaultMode, cancel);
        var path = request.DirectoryFor(Kind);
        Directory.CreateDirectory(path);
        new AtomicFiles(path, request.Pod.Node.Clock).Write(files, request.Group);
        return path;
    }
}
