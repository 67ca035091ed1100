using System.Globalization;
using System.Runtime.InteropServices;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>What this machine lets a containerd do. Small virtual machines and containers let it do less than others.</summary>
internal static partial class MachineSupport
{
    private const int DetachWhenUnused = 2; // MNT_DETACH
    private const nuint ShareRecursively = (1 << 20) | 0x4000; // MS_SHARED | MS_REC
    private const int CapSysResource = 24;

    /// <summary>Are cgroups systemd's here? Then containers' must be asked of it.</summary>
    public static bool HasSystemdCgroups => Directory.Exists("/run/systemd/system") && File.Exists("/sys/fs/cgroup/cgroup.controllers");

    /// <summary>
    /// May processes be protected from the out-of-memory killer? It takes CAP_SYS_RESOURCE; without it, starting a protected container fails.
    /// </summary>
    public static bool MayLowerOomScore =>
        File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal)) is { } line
        && ulong.TryParse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var capabilities)
        && (capabilities & (1UL << CapSysResource)) != 0;

    /// <summary>Can containers' root file systems be overlays? Mounts one below <paramref name="directory"/>, which is made, and takes it away again.</summary>
    public static bool OverlayWorksBelow(string directory)
    {
        var trial = Path.Combine(directory, "overlay-trial");
        foreach (var part in (string[])["lower", "upper", "work", "merged"])
            Directory.CreateDirectory(Path.Combine(trial, part));
        try
        {
            var merged = Path.Combine(trial, "merged");
            var layers = $"lowerdir={trial}/lower,upperdir={trial}/upper,workdir={trial}/work";
            return Mount("overlay", merged, "overlay", 0, layers) == 0 && Unmount(merged, DetachWhenUnused) == 0;
        }
        finally
        {
            Directory.Delete(trial, recursive: true);
        }
    }

    /// <summary>
    /// Lets mounts show between the machine and its containers, as systemd does at every start: without it, volumes with mountPropagation are refused.
    /// True when it
    /// was, or now is so.
    /// </summary>
    public static bool ShareMounts() => IsRootShared() || Mount("none", "/", "none", ShareRecursively, "") == 0;

    // mountinfo: number, parent, device, root, mount point, options, then optional fields up to a dash.
    private static bool IsRootShared() => File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
        .Any(fields => fields[4] == "/" && fields.Skip(6).TakeWhile(field => field != "-").Any(field => field.StartsWith("shared:", StringComparison.Ordinal)));

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
