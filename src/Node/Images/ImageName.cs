using System.Text.RegularExpressions;

namespace ControlPlane.Node.Images;

/// <summary>Names of images as people write them, and as runtimes store them.</summary>
internal static partial class ImageName
{
    private const int NameMax = 255 + 128 + 72; // name, tag and digest (distribution: reference.NameTotalLengthMax)
    private const string DefaultRegistry = "docker.io";

    /// <summary>
    /// The name in full: "busybox" is "docker.io/library/busybox:latest", "quay.io/a/b@sha256:..." is itself. The first part is a registry when it has a
    /// dot, a port
    /// or is "localhost".
    /// </summary>
    public static string Normalize(string name)
    {
        var (registry, path) = Split(name);
        if (registry == DefaultRegistry && !path.Contains('/'))
            path = "library/" + path;
        return $"{registry}/{(HasTagOrDigest(path) ? path : path + ":latest")}";
    }

    /// <summary>Has the name the form of an image reference: path components in lower case, then perhaps a tag and a digest?</summary>
    public static bool IsValid(string name) => name.Length <= NameMax && Form().IsMatch(name);

    [GeneratedRegex(@"^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$")]
    private static partial Regex Form();

    private static (string Registry, string Path) Split(string name)
    {
        var slash = name.IndexOf('/');
        if (slash < 0)
            return (DefaultRegistry, name);
        var first = name[..slash];
        if (first is "index.docker.io")
            return (DefaultRegistry, name[(slash + 1)..]);
        return first.Contains('.') || first.Contains(':') || first == "localhost" ? (first, name[(slash + 1)..]) : (DefaultRegistry, name);
    }

    private static bool HasTagOrDigest(string path) => path.AsSpan(path.LastIndexOf('/') + 1).ContainsAny(':', '@');
}
