using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>The file: who may open it, whether it is whole, and how connections to it are set up. Its tables are in <see cref="DatabaseFormat"/>.</summary>
/// <remarks>
/// <para>
/// A new file is made whole under another name and then renamed. So an empty file, or a log without its file, is never a beginning: it is a loss, and
/// refused as one.
/// </para>
/// <para>
/// The file is not vacuumed: pages that compaction frees are used again, so the file stays at the most that was ever in use at once. Giving them back
/// (<c>auto_vacuum</c>) would move pages on the write path and keep a pointer map up to date, for space that the next burst needs again.
/// </para>
/// </remarks>
internal sealed class DatabaseFile : IDisposable
{
    private DatabaseFile(string path, AcknowledgedMark mark)
    {
        Path = path;
        Mark = mark;
    }

    public string Path { get; }

    /// <summary>The newest revision that was acknowledged; holding it is what makes this process the only one.</summary>
    public AcknowledgedMark Mark { get; }

    /// <summary>Takes the file for this process alone, and creates it when it is missing.</summary>
    /// <exception cref="StoreUnavailableException">Another process has it, or a newer program wrote it, or it is no database of ours, or the disk fails.</exception>
    public static DatabaseFile Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        AcknowledgedMark? mark = null;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            mark = AcknowledgedMark.Lock(path);
            var file = new DatabaseFile(path, mark);
            file.Prepare();
            return file;
        }
        catch (Exception error)
        {
            mark?.Dispose();
            if (DatabaseFailure.IsOfTheDisk(error))
                throw DatabaseFailure.CannotOpen(path, error);
            throw;
        }
    }

    /// <summary>Connects to a file as this program uses it; who reads only says so.</summary>
    public static SqliteConnection Connect(string path, string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000; " + pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Refuses what is in the way of a database, or is left of one.</summary>
    /// <exception cref="StoreUnavailableException">It is.</exception>
    public static void RefuseRemains(string path)
    {
        if (Directory.Exists(path))
            throw new StoreUnavailableException($"{path} cannot be opened: it is a directory", outcomeUnknown: false);
        if (new FileInfo(path) is { Exists: true, Length: 0 })
            throw new StoreUnavailableException($"{path} is empty: it has been cut off; restore a backup", outcomeUnknown: false);
    }

    /// <summary>The one connection that writes. Every commit is an fsync of the write-ahead log; checkpoints are the writer's to time.</summary>
    public SqliteConnection ConnectWriter() =>
        Connect(Path, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8192; PRAGMA journal_size_limit=67108864");

    /// <summary>A connection for reading. Its cache is small: the operating system holds the pages.</summary>
    public SqliteConnection ConnectReader() => Connect(Path, "PRAGMA query_only=ON; PRAGMA cache_size=-2048");

    /// <summary>Refuses a file that has lost what was acknowledged.</summary>
    /// <exception cref="StoreUnavailableException">It has.</exception>
    public void RefuseLoss(Revision current)
    {
        if (Mark.Read() is var acknowledged && acknowledged > current)
        {
            throw new StoreUnavailableException(
                $"{Path} is at revision {current}, but revision {acknowledged} was acknowledged: its write-ahead log has been damaged or cut off, or an older " +
                "copy put in its place. Restore a backup, or restore this file from itself (controlplane storage restore --force) to go on without the rest",
                outcomeUnknown: false);
        }

        Mark.Write(current);
    }

    public long SizeInBytes() => Size(Path) + Size(Path + "-wal");

    public void Dispose() => Mark.Dispose();

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private void Prepare()
    {
        RefuseRemains(Path);
        if (!File.Exists(Path))
            Create();
        using var connection = Connect(Path, "PRAGMA page_size=4096");
        DatabaseFormat.Migrate(connection, Path);
        connection.Execute("PRAGMA journal_mode=WAL");
    }

    private void Create()
    {
        if (Mark.Read() is { IsNone: false } acknowledged)
        {
            throw new StoreUnavailableException(
                $"{Path} is missing, but revision {acknowledged} of it was acknowledged: restore a backup, or remove {Path}.lock to begin with nothing",
                outcomeUnknown: false);
        }

        if (Size(Path + "-wal") > 0)
            throw new StoreUnavailableException($"{Path} is missing, but its write-ahead log is there: put it back, or restore a backup", outcomeUnknown: false);
        var unfinished = Path + ".new";
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
            File.Delete(unfinished + suffix);
        PrivateFile.Create(unfinished);
        using (var connection = Connect(unfinished, "PRAGMA page_size=4096; PRAGMA synchronous=FULL"))
            DatabaseFormat.Create(connection);
        PrivateFile.Replace(unfinished, Path);
    }
}
