using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>secret: its keys as files, in memory only, which follow its changes.</summary>
internal sealed class SecretVolumes : IVolumeKind
{
    private const string Kind = "kubernetes.io~secret";

    /// <inheritdoc/>
    public bool Handles(Volume volume) => volume.Secret is not null;

    /// <inheritdoc/>
    public async Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel)
    {
        var source = request.Volume.Secret!;
        var files = await VolumeContents.OfSecretAsync(
            request.Pod, source.SecretName, source.Items, source.Optional == true, source.DefaultMode ?? VolumeContents.DefaultMode, cancel);
        var path = MemoryDirectory.Ensure(request.DirectoryFor(Kind));
        new AtomicFiles(path, request.Pod.Node.Clock).Write(files, request.Group);
        return path;
    }
}
