using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>hostPath: a path of the node, checked and made as its type says.</summary>
internal sealed class HostPathVolumes : IVolumeKind
{
    private const UnixFileMode Directories = (UnixFileMode)0b111_101_101; // upstream: 0755
    private const UnixFileMode Files = (UnixFileMode)0b110_100_100; // upstream: 0644

    /// <inheritdoc/>
    public bool Handles(Volume volume) => volume.HostPath is not null;

    /// <inheritdoc/>
    public Task<string> SetUpAsync(VolumeRequest request, CancellationToken cancel)
    {
        var path = request.Volume.HostPath!.Path;
        Check(path, request.Volume.HostPath.Type ?? "");
        return Task.FromResult(path);
    }

    private static void Check(string path, string type)
    {
        switch (type)
        {
            case "DirectoryOrCreate" when !Path.Exists(path):
                Directory.CreateDirectory(path, Directories);
                break;
            case "FileOrCreate" when !Path.Exists(path):
                File.Create(path).Dispose();
                File.SetUnixFileMode(path, Files);
                break;
            case "":
                if (!Path.Exists(path))
                    Directory.CreateDirectory(path, Directories); // runtimes did so before there were types, and pods rely on it
                break;
        }
        if (Expected(type) is { } expected && !expected.Is(path))
            throw new VolumeException($"hostPath type check failed: {path} is not a {expected.Name}");
    }

    private static (string Name, Func<string, bool> Is)? Expected(string type) => type switch
    {
        "" => null,
        "Directory" or "DirectoryOrCreate" => ("directory", Directory.Exists),
        "File" or "FileOrCreate" => ("file", static path => File.Exists(path) && FileKinds.Of(path) == FileKind.Regular),
        "Socket" => ("socket file", static path => FileKinds.Of(path) == FileKind.Socket),
        "CharDevice" => ("character device", static path => FileKinds.Of(path) == FileKind.CharacterDevice),
        "BlockDevice" => ("block device", static path => FileKinds.Of(path) == FileKind.BlockDevice),
        _ => throw new VolumeException($"{type} is an invalid volume type"),
    };
}
