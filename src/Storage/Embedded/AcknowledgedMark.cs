using System.Buffers.Binary;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The lock file beside the database: who holds it has the store, and in it stands the newest revision that anybody was told is durable.
/// </summary>
/// <remarks>
/// SQLite takes the write-ahead log up to the first frame that is not whole, and cannot tell a commit that a crash has torn, which nobody was told of,
/// from one that was damaged or cut off later. The mark can: it is written after the commit is durable and before its callers are answered, without an
/// fsync of its own. So it is never ahead of what the disk has kept, and a file that is behind it has lost what was acknowledged.
/// </remarks>
internal sealed class AcknowledgedMark : IDisposable
{
    private const int Bytes = 16;
    private const int WouldBlock = 11; // Linux: EWOULDBLOCK, of flock

    private readonly FileStream _file;

    private AcknowledgedMark(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StoreUnavailableException">Another process has it, or the lock file cannot be made.</exception>
    public static AcknowledgedMark Lock(string database)
    {
        try
        {
            return new AcknowledgedMark(new FileStream(database + ".lock", PrivateFile.Options(FileMode.OpenOrCreate, FileShare.None)));
        }
        catch (IOException error) when (error.HResult == WouldBlock || (OperatingSystem.IsWindows() && error is not (FileNotFoundException or DirectoryNotFoundException)))
        {
            throw new StoreUnavailableException($"{database} is in use by another process", outcomeUnknown: false, error);
        }
    }

    /// <summary>The newest acknowledged revision; none where nothing is known.</summary>
    public Revision Read()
    {
        Span<byte> mark = stackalloc byte[Bytes];
        if (RandomAccess.Read(_file.SafeFileHandle, mark, 0) < Bytes)
            return Revision.None;
        var revision = BinaryPrimitives.ReadInt64LittleEndian(mark);
        return BinaryPrimitives.ReadInt64LittleEndian(mark[8..]) == ~revision ? new Revision(revision) : Revision.None;
    }

    /// <summary>Says that everything up to a revision is durable. A mark that cannot be moved stays behind, which is no lie.</summary>
    public void Write(Revision revision)
    {
        Span<byte> mark = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(mark, revision.Value);
        BinaryPrimitives.WriteInt64LittleEndian(mark[8..], ~revision.Value);
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, mark, 0);
        }
        catch (IOException)
        {
            // It is behind until the next time.
        }
    }

    /// <summary>Forgets, durably: the database is about to become another.</summary>
    public void Clear()
    {
        _file.SetLength(0);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}
