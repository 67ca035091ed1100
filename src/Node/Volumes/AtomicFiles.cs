using ControlPlane.Machinery.Values;

namespace ControlPlane.Node.Volumes;

/// <summary>One file of a volume that is made of API objects.</summary>
/// <param name="Path">Relative to the volume; may have directories.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Mode">Its permissions.</param>
internal sealed record VolumeFile(string Path, ByteString Content, int Mode);

/// <summary>
/// Replaces all files of a directory at once: readers see the old ones or the new ones, never a mixture. The files lie in <c>..2026_01_02_03_04_05.123456789</c>,
/// <c>..data</c> is a link to it that is swapped by a rename, and every name at the top is a link through <c>..data</c> that never changes. Programs that watch
/// <c>..data</c> rely on these names (upstream: pkg/volume/util/atomic_writer.go).
/// </summary>
internal sealed class AtomicFiles(string root, TimeProvider clock)
{
    private const string DataLink = "..data";
    private const string NextDataLink = "..data_tmp";

    /// <summary>Brings the directory to these files. Does nothing where they are there already.</summary>
    /// <returns>True if something changed.</returns>
    /// <exception cref="VolumeException">A path leads out of the directory.</exception>
    /// <exception cref="IOException">The disk says no.</exception>
    public bool Write(IReadOnlyList<VolumeFile> files, long? group)
    {
        foreach (var file in files)
            CheckPath(file.Path);
        var data = Path.Combine(root, DataLink);
        var before = new FileInfo(data).LinkTarget;
        if (before is not null && IsCurrent(Path.Combine(root, before), files))
        {
            Link(files); // an agent that was killed may not have come so far
            return false;
        }
        var version = ".." + clock.GetUtcNow().ToString("yyyy_MM_dd_HH_mm_ss.fffffff", System.Globalization.CultureInfo.InvariantCulture);
        WriteAll(Path.Combine(root, version), files, group);
        Swap(data, version);
        Link(files);
        Unlink(files);
        if (before is not null && before != version)
            Directory.Delete(Path.Combine(root, before), recursive: true);
        return true;
    }

    private static void CheckPath(string path)
    {
        if (path.Length == 0 || Path.IsPathRooted(path) || path.StartsWith("..", StringComparison.Ordinal) || path.Split('/').Contains(".."))
            throw new VolumeException($"invalid path: \"{path}\"");
    }

    private static bool IsCurrent(string directory, IReadOnlyList<VolumeFile> files)
    {
        if (!Directory.Exists(directory))
            return false;
        var present = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Count();
        return present == files.Select(static file => file.Path).Distinct().Count() && files.All(file => IsCurrent(Path.Combine(directory, file.Path), file));
    }

    private static bool IsCurrent(string path, VolumeFile file) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content.Span);

    private static void WriteAll(string directory, IReadOnlyList<VolumeFile> files, long? group)
    {
        Directory.CreateDirectory(directory, (UnixFileMode)0b111_101_101);
        foreach (var file in files)
        {
            var path = Path.Combine(directory, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, (UnixFileMode)0b111_101_101);
            File.WriteAllBytes(path, file.Content.Span);
            File.SetUnixFileMode(path, (UnixFileMode)file.Mode);
        }
        if (group is { } owner)
            Ownership.Give(directory, owner, isReadOnly: true);
    }

    private void Swap(string data, string version)
    {
        var next = Path.Combine(root, NextDataLink);
        File.Delete(next);
        File.CreateSymbolicLink(next, version);
        // rename(2) replaces the link itself; File.Move would look at what it points to.
        LinuxFiles.Rename(next, data);
    }

    private void Link(IReadOnlyList<VolumeFile> files)
    {
        foreach (var name in TopNames(files))
        {
            var link = Path.Combine(root, name);
            if (new FileInfo(link).LinkTarget is null)
                File.CreateSymbolicLink(link, Path.Combine(DataLink, name));
        }
    }

    private void Unlink(IReadOnlyList<VolumeFile> files)
    {
        var wanted = TopNames(files);
        foreach (var path in Directory.EnumerateFileSystemEntries(root))
        {
            var name = Path.GetFileName(path);
            if (!name.StartsWith("..", StringComparison.Ordinal) && !wanted.Contains(name))
                File.Delete(path);
        }
    }

    private static HashSet<string> TopNames(IReadOnlyList<VolumeFile> files) => [.. files.Select(static file => file.Path.Split('/')[0])];
}
