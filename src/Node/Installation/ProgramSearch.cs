namespace ControlPlane.Node.Installation;

/// <summary>Where programs are on this machine.</summary>
internal static class ProgramSearch
{
    // A service's or a user's PATH may lack the administrator's directories, where most of what a node needs is.
    private static readonly string[] AlwaysSearched = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    private static readonly string[] CniPluginDirectories = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"]; // upstream's, Debian's, Fedora's

    /// <summary>The program's path; null when it isn't installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(AlwaysSearched)
            .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    /// <summary>The first directory that has the CNI bridge plugin; null when none has.</summary>
    public static string? FindCniPluginDirectory() => CniPluginDirectories.FirstOrDefault(directory => File.Exists(Path.Combine(directory, "bridge")));
}
