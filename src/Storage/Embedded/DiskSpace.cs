namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Is there room for puts: within the quota, and on the disk? A store that has run into its limit still takes deletes and compactions, as etcd does
/// (its NOSPACE alarm); that is why puts end while the disk has some room left, which those need.
/// </summary>
internal sealed class DiskSpace(string path, EmbeddedStoreOptions limits)
{
    private readonly DriveInfo _disk = new(Path.GetDirectoryName(path)!);

    /// <summary>Why nothing may be added, in words; null when there is room.</summary>
    public string? Shortage { get; private set; }

    /// <summary>Looks again, given the bytes of the database that are in use, and those that are its own but free.</summary>
    public void Measure(long inUse, long reusable)
    {
        if (inUse >= limits.MaxDatabaseBytes)
            Shortage = $"the database {path} has used up its space of {limits.MaxDatabaseBytes} bytes: raise its limit, or delete and compact";
        else if (limits.MinFreeDiskBytes > 0 && FreeBytes() + reusable is { } free && free < limits.MinFreeDiskBytes)
            Shortage = $"no space is left on the disk of {path}: {free} bytes are free, and {limits.MinFreeDiskBytes} are kept for deleting";
        else
            Shortage = null;
    }

    private long? FreeBytes()
    {
        try
        {
            return _disk.AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return null; // the write itself will tell
        }
    }
}
