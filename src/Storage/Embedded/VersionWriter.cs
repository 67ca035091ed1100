using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The writing connection: what the requests of a batch do to the tables, within the batch's one SQLite transaction. Its revision runs ahead of the
/// published one by the batch under way. Used by the writer thread alone.
/// </summary>
internal sealed class VersionWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly EmbeddedStoreOptions _limits;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _insert;
    private readonly Statement _findLease;
    private readonly Statement _pages;
    private readonly List<StoreWatchMessage.Changed> _changed = [];

    public VersionWriter(SqliteConnection connection, EmbeddedStoreOptions limits)
    {
        _connection = connection;
        _limits = limits;
        _begin = new(connection, "BEGIN IMMEDIATE");
        _commit = new(connection, "COMMIT");
        _rollback = new(connection, "ROLLBACK");
        _insert = new(connection, "INSERT INTO versions(position, key, created, lease, value) VALUES (?1, ?2, ?3, ?4, ?5)");
        _findLease = new(connection, "SELECT 1 FROM leases WHERE id = ?1");
        _pages = new(connection, """
            SELECT (pages.page_count - free.freelist_count) * size.page_size
            FROM pragma_page_count pages, pragma_freelist_count free, pragma_page_size size
            """);
        Leases = new LeaseTable(connection);
        Compaction = new CompactionTable(connection);
        Reader = new VersionReader(connection);
        Revision = Reader.ReadState().Current;
    }

    /// <summary>The newest revision, that of the batch under way included.</summary>
    public Revision Revision { get; private set; }

    /// <summary>Reads what the batch under way has written too.</summary>
    public VersionReader Reader { get; }

    public LeaseTable Leases { get; }

    public CompactionTable Compaction { get; }

    /// <summary>Is the quota used up, so that nothing may be added?</summary>
    public bool IsFull { get; private set; }

    public void Begin()
    {
        _begin.Run();
        using var rows = _pages.Query();
        rows.Next();
        IsFull = rows.Number(0) >= _limits.MaxDatabaseBytes;
    }

    /// <summary>Makes the batch durable and gives the revisions that it made, in order.</summary>
    public IReadOnlyList<StoreWatchMessage.Changed> Commit()
    {
        _commit.Run();
        StoreWatchMessage.Changed[] changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    public void RollBack() => _rollback.Run();

    /// <summary>Carries the log over into the database file, if it has grown past the limit.</summary>
    /// <remarks>
    /// A passive checkpoint never waits for readers; once they are gone, the next write starts the log from its beginning. Only when readers have held it
    /// up for so long that the log is four times its size does the writer wait for them.
    /// </remarks>
    public void CheckpointWhenDue()
    {
        var database = _connection.Handle!;
        const int cacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE: pages written to the log since the count was reset
        raw.sqlite3_db_status(database, cacheWrites, out var pages, out _, 0);
        if (pages * 4096L < _limits.CheckpointBytes)
            return;
        Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE, out var inLog, out var carriedOver);
        if (inLog != carriedOver && inLog * 4096L > 4 * _limits.CheckpointBytes)
            Checkpoint(raw.SQLITE_CHECKPOINT_RESTART, out inLog, out carriedOver);
        if (inLog == carriedOver)
            raw.sqlite3_db_status(database, cacheWrites, out _, out _, 1);

        void Checkpoint(int mode, out int inLog, out int carriedOver)
        {
            var result = raw.sqlite3_wal_checkpoint_v2(database, "main", mode, out inLog, out carriedOver);
            if (result != raw.SQLITE_BUSY)
                SqliteException.ThrowExceptionForRC(result, database);
        }
    }

    public bool HasLease(LeaseId lease)
    {
        using var rows = _findLease.Bind(1, lease.Value).Query();
        return rows.Next();
    }

    /// <summary>Applies writes as one revision; without any effect, no revision is made.</summary>
    public void Write(IReadOnlyList<StoreWrite> writes)
    {
        var changes = new List<StoreChange>(writes.Count);
        foreach (var write in writes)
        {
            var position = Position.Of(Revision.Next, changes.Count);
            var previous = Reader.Find(write.Key, position);
            if (write is StoreWrite.Put put)
                changes.Add(new StoreChange(put.Key, Insert(position, put, previous), previous));
            else if (previous is not null)
                changes.Add(Delete(position, previous));
        }

        if (changes.Count == 0)
            return;
        Revision = Revision.Next;
        _changed.Add(new StoreWatchMessage.Changed(Revision, changes));
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_begin, _commit, _rollback, _insert, _findLease, _pages])
            statement.Dispose();
        Leases.Dispose();
        Compaction.Dispose();
        Reader.Dispose();
    }

    private KeyValue Insert(long position, StoreWrite.Put put, KeyValue? previous)
    {
        var revision = Position.RevisionOf(position);
        var created = previous?.Created ?? revision;
        _insert.Bind(1, position).Bind(2, put.Key).Bind(3, created).Bind(4, put.Lease.Value).Bind(5, put.Value.Span).Run();
        return new KeyValue(put.Key, put.Value, created, revision, put.Lease);
    }

    private StoreChange Delete(long position, KeyValue previous)
    {
        _insert.Bind(1, position).Bind(2, previous.Key).Bind(3, 0).Bind(4, 0).BindNull(5).Run();
        return new StoreChange(previous.Key, null, previous);
    }
}
