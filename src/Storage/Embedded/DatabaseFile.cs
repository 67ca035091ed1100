using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>The file: who may open it, how connections to it are set up, and its tables.</summary>
/// <remarks>
/// <para>
/// <c>versions</c> holds every version of every key in the order of history (<see cref="Position"/>); a deletion is a version without a value and with
/// created = 0. <c>versions_by_key</c> covers the questions "which version of this key is the newest at that revision" and "which keys are there".
/// One put thus dirties the table's last page and one index page, however large the store is.
/// </para>
/// <para>
/// The file is not vacuumed: pages that compaction frees are used again, so the file stays at the most that was ever in use at once. Giving them back
/// (<c>auto_vacuum</c>) would move pages on the write path and keep a pointer map up to date, for space that the next burst needs again.
/// </para>
/// </remarks>
internal sealed class DatabaseFile : IDisposable
{
    /// <summary>The format of the tables below. A program refuses a file of a greater one; a change of the tables raises it and says how to get there.</summary>
    private const int FormatVersion = 1;

    private const int ApplicationId = 0x43506c6e; // "CPln": tells `file` and us whose database this is

    private const string Schema = """
        CREATE TABLE versions(
            position INTEGER PRIMARY KEY,
            key      BLOB    NOT NULL,
            created  INTEGER NOT NULL,
            lease    INTEGER NOT NULL,
            value    BLOB);
        CREATE INDEX versions_by_key ON versions(key, position, created);
        CREATE INDEX versions_by_lease ON versions(lease, key) WHERE lease <> 0;
        CREATE TABLE leases(
            id           INTEGER PRIMARY KEY AUTOINCREMENT,
            milliseconds INTEGER NOT NULL);
        CREATE TABLE compaction(
            revision INTEGER NOT NULL,
            swept    INTEGER NOT NULL);
        INSERT INTO compaction VALUES (0, 0);
        """;

    private readonly FileStream _lock;

    private DatabaseFile(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
    }

    public string Path { get; }

    /// <summary>Takes the file for this process alone, and creates it when it is missing.</summary>
    /// <exception cref="StoreUnavailableException">Another process has it, or a newer program wrote it, or it is no database of ours.</exception>
    public static DatabaseFile Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var file = new DatabaseFile(path, Lock(path));
        try
        {
            file.Prepare();
            return file;
        }
        catch (SqliteException error)
        {
            file.Dispose();
            throw new StoreUnavailableException($"{path} cannot be opened: {error.Message}", outcomeUnknown: false, error);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The one connection that writes. Every commit is an fsync of the write-ahead log; checkpoints are the writer's to time.</summary>
    public SqliteConnection ConnectWriter() =>
        Connect("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8192");

    /// <summary>A connection for reading. Its cache is small: the operating system holds the pages.</summary>
    public SqliteConnection ConnectReader() => Connect("PRAGMA query_only=ON; PRAGMA cache_size=-2048");

    public long SizeInBytes() => Size(Path) + Size(Path + "-wal");

    public void Dispose() => _lock.Dispose();

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", PrivateFile(FileShare.None));
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new StoreUnavailableException($"{path} is in use by another process", outcomeUnknown: false, error);
        }
    }

    // Secrets are in it. SQLite gives the files beside it the same mode.
    private static FileStreamOptions PrivateFile(FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private void Prepare()
    {
        new FileStream(Path, PrivateFile(FileShare.ReadWrite)).Dispose();
        using var connection = Connect("PRAGMA page_size=4096");
        switch (Ask(connection, "PRAGMA user_version"))
        {
            case 0 when Ask(connection, "SELECT COUNT(*) FROM sqlite_schema") == 0:
                Execute(connection, "PRAGMA journal_mode=WAL");
                Execute(connection, $"BEGIN; {Schema} PRAGMA application_id={ApplicationId}; PRAGMA user_version={FormatVersion}; COMMIT");
                break;
            case FormatVersion when Ask(connection, "PRAGMA application_id") == ApplicationId:
                break;
            case > FormatVersion and var newer when Ask(connection, "PRAGMA application_id") == ApplicationId:
                throw new StoreUnavailableException(
                    $"{Path} has format {newer}; this program knows formats up to {FormatVersion}: use the newer one", outcomeUnknown: false);
            default:
                throw new StoreUnavailableException($"{Path} is a database of another program", outcomeUnknown: false);
        }
    }

    private SqliteConnection Connect(string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000; " + pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
