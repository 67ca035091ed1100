using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The writing connection: what the requests of a batch do to the tables, within the batch's one SQLite transaction. Its revision runs ahead of the
/// published one by the batch under way. Used by the writer thread alone.
/// </summary>
internal sealed class VersionWriter : IDisposable
{
    private const long SaveCountsBytes = 4 << 20; // so much is counted again, at most, when the file is opened

    private readonly SqliteConnection _connection;
    private readonly HistoryBudget _budget;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _insert;
    private readonly Statement _findLease;
    private readonly Statement _pages;
    private readonly List<StoreWatchMessage.Changed> _changed = [];
    private int _batchChanges;

    public VersionWriter(SqliteConnection connection, string path, EmbeddedStoreOptions limits)
    {
        _connection = connection;
        Path = path;
        _begin = new(connection, "BEGIN IMMEDIATE");
        _commit = new(connection, "COMMIT");
        _rollback = new(connection, "ROLLBACK");
        _insert = new(connection, "INSERT INTO versions(position, key, created, lease, sum, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _findLease = new(connection, "SELECT 1 FROM leases WHERE id = ?1");
        _pages = new(connection, """
            SELECT pages.page_count * size.page_size, free.freelist_count * size.page_size
            FROM pragma_page_count pages, pragma_freelist_count free, pragma_page_size size
            """);
        Leases = new LeaseTable(connection);
        Compaction = new CompactionTable(connection);
        Reader = new VersionReader(connection);
        Space = new DiskSpace(path, limits);
        Checkpoints = new LogCheckpoints(connection, limits);
        _budget = new HistoryBudget(limits.HistoryBytes);
        ReadState();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The newest revision, that of the batch under way included.</summary>
    public Revision Revision { get; private set; }

    /// <summary>How many changes the newest batch made.</summary>
    public int LastBatchChanges { get; private set; }

    /// <summary>Reads what the batch under way has written too.</summary>
    public VersionReader Reader { get; }

    public LeaseTable Leases { get; }

    public CompactionTable Compaction { get; }

    /// <summary>May anything be added?</summary>
    public DiskSpace Space { get; }

    /// <summary>How the log is kept short.</summary>
    public LogCheckpoints Checkpoints { get; }

    public void Begin()
    {
        _begin.Run();
        MeasureSpace();
        if (_budget.Unsaved >= SaveCountsBytes)
            SaveCounts();
    }

    /// <summary>Makes the batch durable and gives the revisions that it made, in order.</summary>
    public IReadOnlyList<StoreWatchMessage.Changed> Commit()
    {
        _commit.Run();
        StoreWatchMessage.Changed[] changed = [.. _changed];
        _changed.Clear();
        LastBatchChanges = _batchChanges;
        _batchChanges = 0;
        return changed;
    }

    /// <summary>Takes everything back that the batch has done; what is known of the file is read from it anew.</summary>
    public void RollBack()
    {
        // After some errors SQLite has done so by itself.
        if (raw.sqlite3_get_autocommit(_connection.Handle!) == 0)
            _rollback.Run();
        _changed.Clear();
        _batchChanges = 0;
        ReadState();
    }

    /// <summary>The revision up to which history should go since there is too much of it, or no room; none otherwise.</summary>
    public Revision ExcessHistory(bool isShortOfRoom) => _budget.Excess(isShortOfRoom);

    /// <summary>One step of sweeping over so many versions; true when it was the last.</summary>
    public bool Sweep(int atMost)
    {
        var (done, swept) = Compaction.Sweep(atMost);
        _budget.Forget(Position.RevisionOf(swept));
        SaveCounts();
        return done;
    }

    public bool HasLease(LeaseId lease)
    {
        using var rows = _findLease.Bind(1, lease.Value).Query();
        return rows.Next();
    }

    /// <summary>Applies writes as one revision; without any effect, no revision is made.</summary>
    /// <exception cref="DamagedVersionException">What is to be replaced cannot be read; nothing has been written.</exception>
    public void Write(IReadOnlyList<StoreWrite> writes)
    {
        var previous = new KeyValue?[writes.Count];
        for (var index = 0; index < previous.Length; index++)
            previous[index] = Reader.Find(writes[index].Key, long.MaxValue);

        var changes = new List<StoreChange>(writes.Count);
        foreach (var (write, before) in writes.Zip(previous))
        {
            var position = Position.Of(Revision.Next, changes.Count);
            if (write is StoreWrite.Put put)
                changes.Add(new StoreChange(put.Key, Insert(position, put, before), before));
            else if (before is not null)
                changes.Add(Delete(position, before));
        }

        if (changes.Count == 0)
            return;
        Revision = Revision.Next;
        _changed.Add(new StoreWatchMessage.Changed(Revision, changes));
        _batchChanges += changes.Count;
        foreach (var change in changes)
            _budget.Add(Revision, change.Key.Length, change.Previous?.Value.Length, change.Current?.Value.Length);
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
        var sum = VersionSum.Of(put.Key, position, created.Value, put.Lease.Value, put.Value.Span);
        _insert.Bind(1, position).Bind(2, put.Key).Bind(3, created).Bind(4, put.Lease.Value).Bind(5, sum).Bind(6, put.Value.Span).Run();
        return new KeyValue(put.Key, put.Value, created, revision, put.Lease);
    }

    private StoreChange Delete(long position, KeyValue previous)
    {
        var sum = VersionSum.Of(previous.Key, position, created: 0, lease: 0, default);
        _insert.Bind(1, position).Bind(2, previous.Key).Bind(3, 0).Bind(4, 0).Bind(5, sum).BindNull(6).Run();
        return new StoreChange(previous.Key, null, previous);
    }

    private void ReadState()
    {
        Revision = Reader.ReadState().Current;
        var (counted, live, history) = Compaction.ReadCounts();
        _budget.Load(live, history, Position.RevisionOf(counted));
        Reader.Count(counted, _budget);
    }

    private void SaveCounts()
    {
        Compaction.WriteCounts(Position.Of(Revision.Next, 0), _budget.Live, _budget.History);
        _budget.Saved();
    }

    private void MeasureSpace()
    {
        using var rows = _pages.Query();
        rows.Next();
        Space.Measure(inUse: rows.Number(0) - rows.Number(1), reusable: rows.Number(1));
    }
}
