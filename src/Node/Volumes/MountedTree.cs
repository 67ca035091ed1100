namespace ControlPlane.Node.Volumes;

/// <summary>Directories that other file systems may be mounted in.</summary>
internal static class MountedTree
{
    private const string MountTable = "/proc/self/mountinfo";

    /// <summary>
    /// Unmounts all that is mounted at or below the path, then deletes it. Safe when there is nothing; never deletes through a mount: what is still mounted after all
    /// stays, and the error says so.
    /// </summary>
    /// <exception cref="IOException">Something can't be unmounted or deleted.</exception>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
            return;
        foreach (var mount in MountsBelow(path).OrderByDescending(static mount => mount.Length))
            LinuxFiles.Unmount(mount);
        if (MountsBelow(path).FirstOrDefault() is { } left)
            throw new IOException($"{left} is still mounted");
        Directory.Delete(path, recursive: true);
    }

    /// <summary>Is something mounted at this very path?</summary>
    public static bool IsMountPoint(string path) => MountsBelow(path).Contains(path);

    private static List<string> MountsBelow(string path)
    {
        var below = path.TrimEnd('/') + "/";
        return [.. File.ReadLines(MountTable)
            .Select(static line => Unescape(line.Split(' ', 6)[4]))
            .Where(mount => mount == path || mount.StartsWith(below, StringComparison.Ordinal))];
    }

    // The kernel writes spaces and the like in octal.
    private static string Unescape(string path) => path.Contains('\\')
        ? path.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal)
        : path;
}
