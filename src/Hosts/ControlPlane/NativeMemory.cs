using System.Runtime.InteropServices;

namespace ControlPlane;

/// <summary>How the C library keeps memory that TLS, gzip and SQLite have given back.</summary>
internal static partial class NativeMemory
{
    // malloc.h
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    // A compressor's tables are larger, whatever a connection holds for long is smaller.
    private const int ReturnedBytes = 128 * 1024;

    /// <summary>
    /// After a burst of requests memory goes back to the machine. glibc raises the size from which it does so with every large block that is freed, and by
    /// itself makes eight heaps for each processor: both keep a hundred megabytes of a thousand lists for good. To be called before there are threads.
    /// </summary>
    public static void ReturnEarly()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            Set(MmapThreshold, ReturnedBytes);
            Set(ArenaMax, Math.Max(2, Environment.ProcessorCount));
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with ways of its own.
        }
    }

    // What it refuses stays as it was, which works too.
    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
