using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ControlPlane.Node.Volumes;

/// <summary>The system calls on files and mounts that .NET has no word for.</summary>
internal static partial class LinuxFiles
{
    private const int DetachMount = 2; // MNT_DETACH

    /// <summary>Mounts a file system that lives in memory.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void MountMemory(string path, string options) => Check(Mount("tmpfs", path, "tmpfs", 0, options), $"mount tmpfs at {path}");

    /// <summary>Unmounts; what is still open goes on until it is closed.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Unmount(string path) => Check(Umount2(path, DetachMount), $"unmount {path}");

    /// <summary>Gives a file or directory to a group, keeping its user; a symbolic link itself, not what it points to.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void SetGroup(string path, long group) => Check(Lchown(path, uint.MaxValue, (uint)group), $"change the group of {path}");

    /// <summary>Renames, replacing what has the new name; a symbolic link itself.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Rename(string from, string to) => Check(RenameFile(from, to), $"rename {from} to {to}");

    private static void Check(int result, string what)
    {
        if (result != 0)
            throw new IOException($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Umount2(string target, int flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Lchown(string path, uint user, uint group);
}
