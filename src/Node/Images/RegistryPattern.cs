using System.IO.Enumeration;

namespace ControlPlane.Node.Images;

/// <summary>
/// The keys of a Docker configuration's credentials (kubelet: pkg/credentialprovider/keyring.go): a registry, perhaps with a scheme, <c>*</c> and <c>?</c> within the
/// labels of its name, a port, and the beginning of a path; <c>/v1/</c> and <c>/v2/</c> before that do not count.
/// </summary>
internal static class RegistryPattern
{
    /// <summary>Is the key for this image, whose name is in full?</summary>
    public static bool Matches(string key, string image)
    {
        var (host, path) = Split(WithoutScheme(key));
        if (host is "index.docker.io" or "registry-1.docker.io")
            host = "docker.io";
        if (path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/v2/", StringComparison.Ordinal))
            path = path[3..];
        var (imageHost, imagePath) = Split(image);
        return imagePath.StartsWith(path.TrimEnd('/'), StringComparison.Ordinal) && HostMatches(host, imageHost);
    }

    private static string WithoutScheme(string key) =>
        key.StartsWith("https://", StringComparison.Ordinal) ? key[8..] : key.StartsWith("http://", StringComparison.Ordinal) ? key[7..] : key;

    private static (string Host, string Path) Split(string name) => name.IndexOf('/') is >= 0 and var slash ? (name[..slash], name[slash..]) : (name, "");

    private static bool HostMatches(string pattern, string host)
    {
        var (patternLabels, labels) = (pattern.Split('.'), host.Split('.'));
        // The last label brings the port along: it has to be the same.
        return patternLabels.Length == labels.Length && PortOf(pattern) == PortOf(host)
            && patternLabels.Zip(labels).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second, ignoreCase: false));
    }

    private static string PortOf(string host) => host.IndexOf(':') is >= 0 and var colon ? host[colon..] : "";
}
