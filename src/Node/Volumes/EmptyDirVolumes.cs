using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>emptyDir: a directory that lives as long as its pod, on disk or in memory.</summary>
internal sealed class EmptyDirVolumes : IVolumeKind
{
    private const string Kind = "kubernetes.io~empty-dir";
    private const UnixFileMode Anyone = (UnixFileMode)0b111_111_111; // upstream: 0777, containers run as anybody

    /// <inheritdoc/>
    public bool Handles(Volume volume) => volume.EmptyDir is not null;

    /// <inheritdoc/>
    public Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel)
    {
        var path = request.DirectoryFor(Kind);
        if (Directory.Exists(path) && (request.Volume.EmptyDir!.Medium != "Memory" || MountedTree.IsMountPoint(path)))
            return Task.FromResult(path); // its content is the pod's: a later pass touches nothing
        Make(path, request.Volume.EmptyDir!, request.Pod.Node.Capacity.MemoryBytes);
        File.SetUnixFileMode(path, Anyone);
        if (request.Group is { } group)
            Ownership.Give(path, group);
        return Task.FromResult(path);
    }

    private static void Make(string path, EmptyDirVolumeSource source, long memory)
    {
        Directory.CreateDirectory(path);
        switch (source.Medium)
        {
            case "":
                break;
            case "Memory":
                var size = source.SizeLimit is { } limit && limit.Value > 0 ? Math.Min(limit.Value, memory) : memory;
                LinuxFiles.MountMemory(path, string.Create(CultureInfo.InvariantCulture, $"size={size}"));
                break;
            default:
                throw new VolumeException($"storage medium \"{source.Medium}\" is not supported");
        }
    }
}
