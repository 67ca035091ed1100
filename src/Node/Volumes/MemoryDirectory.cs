namespace ControlPlane.Node.Volumes;

/// <summary>A directory whose content never reaches a disk.</summary>
internal static class MemoryDirectory
{
    /// <summary>Makes and mounts it where it isn't.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static string Ensure(string path)
    {
        Directory.CreateDirectory(path);
        if (!MountedTree.IsMountPoint(path))
            LinuxFiles.MountMemory(path, "mode=1777");
        return path;
    }
}
