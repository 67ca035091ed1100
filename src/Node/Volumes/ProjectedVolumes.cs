using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>projected: several sources in one directory, in memory only, among them the token by which the pod speaks to the API.</summary>
internal sealed class ProjectedVolumes : IVolumeKind
{
    private const string Kind = "kubernetes.io~projected";
    private readonly ServiceAccountTokens _tokens = new();

    /// <inheritdoc/>
    public bool Handles(Volume volume) => volume.Projected is not null;

    /// <inheritdoc/>
    public async Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel)
    {
        var source = request.Volume.Projected!;
        var mode = source.DefaultMode ?? VolumeContents.DefaultMode;
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal); // a later source hides an earlier one's file
        foreach (var part in source.Sources.AsEnumerable())
        {
            foreach (var file in await FilesOfAsync(request, part, mode, cancel))
                files[file.Path] = file;
        }
        var path = MemoryDirectory.Ensure(request.DirectoryFor(Kind));
        new AtomicFiles(path, request.Pod.Node.Clock).Write([.. files.Values], request.Group);
        return path;
    }

    private async Task<IReadOnlyList<VolumeFile>> FilesOfAsync(VolumeRequest request, VolumeProjection part, int mode, CancellationToken cancel) => part switch
    {
        { ConfigMap: { } map } => await VolumeContents.OfConfigMapAsync(request.Pod, map.Name, map.Items, map.Optional == true, mode, cancel),
        { Secret: { } secret } => await VolumeContents.OfSecretAsync(request.Pod, secret.Name, secret.Items, secret.Optional == true, mode, cancel),
        { DownwardAPI: { } fields } => VolumeContents.OfPod(request.Pod, fields.Items, mode),
        { ServiceAccountToken: { } token } => [await _tokens.FileAsync(request, token, mode, cancel)],
        _ => throw new VolumeException("a projected volume's source is not supported"),
    };
}
