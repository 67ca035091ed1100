using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>Files that only their owner may read, since secrets are in them, and that are there after a power cut.</summary>
internal static partial class PrivateFile
{
    /// <summary>How to open one. SQLite gives the files beside it the same mode.</summary>
    public static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <summary>Makes an empty one; one that is in the way is replaced.</summary>
    public static void Create(string path) => new FileStream(path, Options(FileMode.Create, FileShare.ReadWrite)).Dispose();

    /// <summary>Makes a whole file take the place of another, or of none: at any moment, a power cut included, one of the two is there.</summary>
    public static void Replace(string whole, string path)
    {
        using (var file = new FileStream(whole, FileMode.Open, FileAccess.ReadWrite))
            file.Flush(flushToDisk: true);
        File.Move(whole, path, overwrite: true);
        MakeNamesDurable(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void MakeNamesDurable(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(directory, 0);
        if (handle < 0)
            throw new IOException($"{directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Synchronize(handle) != 0)
                throw new IOException($"{directory} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
