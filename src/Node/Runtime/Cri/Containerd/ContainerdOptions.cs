using System.Security.Cryptography;
using System.Text;
using ControlPlane.Node.Installation;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>Where a containerd of the agent's own keeps what it has, and with what it works.</summary>
internal sealed record ContainerdOptions
{
    /// <summary>A socket's name may have this many bytes, and containerd adds ".ttrpc" to it. Linux: sockaddr_un.</summary>
    private const int SocketPathBytesMax = 107 - 6;

    /// <summary>Everything lies below this directory: images and containers, state, socket, configuration, log.</summary>
    public required string Directory { get; init; }

    /// <summary>The program.</summary>
    public string Program { get; init; } = "containerd";

    /// <summary>Where the CNI plugins are.</summary>
    public string CniPluginDirectory { get; init; } = "/opt/cni/bin";

    /// <summary>Where CNI configurations are read from.</summary>
    public string CniConfigDirectory => Path.Combine(Directory, "cni");

    /// <summary>
    /// How registries are reached is read from here at every pull: a directory by the name of each ("registry.example:5000") with a <c>hosts.toml</c>, for plain HTTP,
    /// mirrors and authorities of their own. Administrators fill it.
    /// </summary>
    public string RegistryDirectory => Path.Combine(Directory, "certs.d");

    /// <summary>The name under which the sandbox image is expected.</summary>
    public string SandboxImage { get; init; } = "localhost/controlplane/sandbox:1";

    /// <summary>Do cgroups belong to systemd on this machine?</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>Which snapshotter makes root file systems: "overlayfs", or "native" where overlay can't be mounted.</summary>
    public string Snapshotter { get; init; } = "overlayfs";

    /// <summary>May containers be protected from the out-of-memory killer? Else they are as little protected as containerd itself.</summary>
    public bool MayLowerOomScore { get; init; } = true;

    /// <summary>How long the first answer may take. A start takes a tenth of a second; many containers to recover take longer.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to end when asked to.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The options for a directory on this machine: programs are searched for, what the machine can do is tried.</summary>
    public static ContainerdOptions ForThisMachine(string directory) => new()
    {
        Directory = directory,
        Program = ProgramSearch.Find("containerd") ?? "containerd",
        CniPluginDirectory = ProgramSearch.FindCniPluginDirectory() ?? "/opt/cni/bin",
        Snapshotter = MachineSupport.OverlayWorksBelow(directory) ? "overlayfs" : "native",
        SystemdCgroup = MachineSupport.HasSystemdCgroups,
        MayLowerOomScore = MachineSupport.MayLowerOomScore,
    };

    /// <summary>The configuration file.</summary>
    public string ConfigFile => Path.Combine(Directory, "config.toml");

    /// <summary>The file that names the process.</summary>
    public string PidFile => Path.Combine(Directory, "containerd.pid");

    /// <summary>The log.</summary>
    public string LogFile => Path.Combine(Directory, "containerd.log");

    /// <summary>The socket: below the directory, or below /run by the directory's hash where the path would be too long for a socket.</summary>
    public string Socket
    {
        get
        {
            var near = Path.Combine(Directory, "containerd.sock");
            return Encoding.UTF8.GetByteCount(near) <= SocketPathBytesMax ? near : $"/run/controlplane/{DirectoryHash}/containerd.sock";
        }
    }

    private string DirectoryHash =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(Directory))))[..16];
}
