using System.Runtime.InteropServices;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>Can containers' root file systems be overlays here? Inside some containers and on some file systems they can't.</summary>
internal static partial class OverlaySupport
{
    private const int DetachWhenUnused = 2; // MNT_DETACH

    /// <summary>Mounts an overlay below <paramref name="directory"/>, which is made, and takes it away again.</summary>
    public static bool WorksBelow(string directory)
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

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
