using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ControlPlane.Storage.Embedded;

/// <summary>Carries the write-ahead log over into the database file, so that the log stays short. Used by the writer thread alone, between transactions.</summary>
/// <remarks>
/// A passive checkpoint never waits for readers; once they are gone, the next write starts the log from its beginning. One that readers have held up is
/// tried again when the log has grown by as much again: each costs an fsync of the database file. Only when readers have held it up
/// for so long that the log is four times its size does the writer wait for them and hold up those that come (readers without a pause would never leave it a
/// moment), and not again until it has grown by as much again: a reader of another process, as a backup is, may be slow. A log that has grown so is cut back once it is carried over.
/// </remarks>
internal sealed class LogCheckpoints(SqliteConnection connection, EmbeddedStoreOptions limits)
{
    private const int CacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE: pages written to the log since the count was reset
    private const int PageBytes = 4096;
    private const int Patience = 4;

    private readonly sqlite3 _database = connection.Handle!;
    private long _dueAt = limits.CheckpointBytes;
    private long _waitsAt = Patience * limits.CheckpointBytes;

    /// <summary>Does it when the log has grown past the limit.</summary>
    /// <param name="readers">Of this process.</param>
    public void RunWhenDue(ReaderPool readers)
    {
        raw.sqlite3_db_status(_database, CacheWrites, out var pages, out _, 0);
        if ((long)pages * PageBytes < _dueAt)
            return;
        var (inLog, carriedOver) = Run(raw.SQLITE_CHECKPOINT_PASSIVE);
        if (inLog != carriedOver && (long)inLog * PageBytes > _waitsAt)
        {
            readers.WithoutReads(() => (inLog, carriedOver) = Run(raw.SQLITE_CHECKPOINT_RESTART));
            _waitsAt = (long)inLog * PageBytes + Patience * limits.CheckpointBytes;
        }

        if (inLog != carriedOver)
        {
            _dueAt = (long)pages * PageBytes + limits.CheckpointBytes;
            return;
        }

        _dueAt = limits.CheckpointBytes;
        _waitsAt = Patience * limits.CheckpointBytes;
        raw.sqlite3_db_status(_database, CacheWrites, out _, out _, 1);
    }

    /// <summary>Does it now, so that the log begins anew and further writes need no more of the disk, if the database file has room for it.</summary>
    public void MakeRoom() => Run(raw.SQLITE_CHECKPOINT_RESTART);

    private (int InLog, int CarriedOver) Run(int mode)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(_database, "main", mode, out var inLog, out var carriedOver);
        if (result != raw.SQLITE_BUSY)
            SqliteException.ThrowExceptionForRC(result, _database);
        return (inLog, carriedOver);
    }
}
