using ControlPlane.Node.Pods.Containers;

namespace ControlPlane.Node.Volumes;

/// <summary>Parts of volumes that are mounted in place of the whole.</summary>
internal static class SubPaths
{
    private const int LinksMax = 40; // Linux: MAXSYMLINKS

    /// <summary>
    /// The path of a part, which is made (as a directory) where it isn't there. Symbolic links are followed, but never out of the volume: its content belongs to the
    /// pod, the rest of the host doesn't.
    /// </summary>
    /// <exception cref="ContainerConfigException">It leads out of the volume.</exception>
    public static string Resolve(string volume, string root, string subPath)
    {
        if (Path.IsPathRooted(subPath) || subPath.Split('/').Contains(".."))
            throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{volume}\": subPath \"{subPath}\" must be a relative path without '..'");
        var path = Follow(root, subPath);
        if (path != root && !path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{volume}\": \"{subPath}\" is outside of the volume");
        if (!Path.Exists(path))
            Directory.CreateDirectory(path);
        return path;
    }

    private static string Follow(string root, string subPath)
    {
        var pending = new Stack<string>(subPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var path = root;
        for (var links = 0; pending.TryPop(out var part);)
        {
            if (part == ".")
                continue;
            path = part == ".." ? Path.GetDirectoryName(path) ?? "/" : Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not { } target)
                continue;
            if (++links > LinksMax)
                throw new ContainerConfigException($"too many links in subPath \"{subPath}\"");
            path = Path.IsPathRooted(target) ? "/" : Path.GetDirectoryName(path)!;
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                pending.Push(step);
        }
        return path;
    }
}
