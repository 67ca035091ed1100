using System.Runtime.InteropServices;

namespace ControlPlane.Node.Volumes;

/// <summary>What a path is, in the kernel's eyes.</summary>
internal enum FileKind
{
    /// <summary>Not there.</summary>
    None,

    /// <summary>A file.</summary>
    Regular,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>Something else.</summary>
    Other,
}

/// <summary>Asks the kernel; .NET doesn't tell devices and sockets apart.</summary>
internal static partial class FileKinds
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int StatBytes = 256; // struct statx
    private const int ModeOffset = 28; // stx_mode: after mask, blksize, attributes, nlink, uid, gid

    /// <summary>What the path is, links followed.</summary>
    public static FileKind Of(string path)
    {
        Span<byte> status = stackalloc byte[StatBytes];
        if (Statx(CurrentDirectory, path, 0, TypeOnly, ref MemoryMarshal.GetReference(status)) != 0)
            return FileKind.None;
        return (MemoryMarshal.Read<ushort>(status[ModeOffset..]) & 0xF000) switch // S_IFMT
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xC000 => FileKind.Socket,
            0x2000 => FileKind.CharacterDevice,
            0x6000 => FileKind.BlockDevice,
            _ => FileKind.Other,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte status);
}
