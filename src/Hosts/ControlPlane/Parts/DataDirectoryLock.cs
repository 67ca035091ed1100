using System.Globalization;

namespace ControlPlane.Parts;

/// <summary>
/// Keeps a second process of the same role away from a data directory: a lock on a file, which the kernel takes back however the process ends. A server and an
/// agent may share one directory.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private const long LockedByte = 1 << 20; // beyond the text, which whoever comes second must be able to read

    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="data">The directory, which is made where it does not exist.</param>
    /// <param name="role">server or agent.</param>
    /// <exception cref="IOException">Another process has it, or the directory cannot be written.</exception>
    public static DataDirectoryLock Take(DataOptions data, string role)
    {
        Directory.CreateDirectory(data.PathOf());
        var file = new FileStream(data.PathOf($"{role}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            if (OperatingSystem.IsLinux())
                file.Lock(LockedByte, 1);
        }
        catch (IOException)
        {
            using (file)
                throw new IOException($"another {role} (process {Owner(file)}) runs on {data.PathOf()} already: stop it, or choose another directory with --data-dir");
        }

        Sign(file);
        return new DataDirectoryLock(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Owner(FileStream file)
    {
        using var reader = new StreamReader(file, leaveOpen: true);
        return reader.ReadLine() ?? "unknown";
    }

    private static void Sign(FileStream file)
    {
        file.SetLength(0);
        using var writer = new StreamWriter(file, leaveOpen: true);
        writer.WriteLine(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }
}
