namespace ControlPlane.Node.Volumes;

/// <summary>Gives a volume to a pod's fsGroup.</summary>
internal static class Ownership
{
    private const UnixFileMode GroupReadWrite = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>The group may read and write all of it, and what is made in it belongs to the group as well (upstream: SetVolumeOwnership).</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Give(string path, long group, bool isReadOnly = false)
    {
        LinuxFiles.SetGroup(path, group);
        var info = new FileInfo(path);
        if (info.LinkTarget is not null)
            return;
        var granted = isReadOnly ? UnixFileMode.GroupRead : GroupReadWrite;
        if (!Directory.Exists(path))
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | granted);
            return;
        }
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | granted | UnixFileMode.GroupExecute | UnixFileMode.SetGroup);
        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
            Give(entry, group, isReadOnly);
    }
}
