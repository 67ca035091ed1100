using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The questions to the history, on one connection. <see cref="Range"/> and <see cref="ReadChanges"/> each see one snapshot of the file; the others are
/// for a caller that is in a transaction already. Not for use by two threads at once.
/// </summary>
internal sealed class VersionReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _begin;
    private readonly Statement _end;
    private readonly Statement _state;
    private readonly Statement _head;
    private readonly Statement _newest;
    private readonly Statement _keys;
    private readonly Statement _row;
    private readonly Statement _rowWithoutValue;
    private readonly Statement _changes;
    private readonly Statement _sizes;

    public VersionReader(SqliteConnection connection)
    {
        _connection = connection;
        _begin = new(connection, "BEGIN");
        _end = new(connection, "COMMIT");
        _state = new(connection, "SELECT (SELECT MAX(position) FROM versions), revision FROM compaction");
        _head = new(connection, "SELECT position, created FROM versions WHERE key = ?1 AND position < ?2 ORDER BY position DESC LIMIT 1");
        _newest = new(connection, "SELECT position, created, lease, sum, value FROM versions WHERE key = ?1 AND position < ?2 ORDER BY position DESC LIMIT 1");
        // SQLite takes a bare column beside MAX() from the row of the maximum.
        _keys = new(connection, """
            SELECT key, MAX(position), created FROM versions INDEXED BY versions_by_key
            WHERE key >= ?1 AND key < ?2 AND position < ?3 GROUP BY key
            """);
        _row = new(connection, "SELECT lease, sum, value FROM versions WHERE position = ?1");
        _rowWithoutValue = new(connection, "SELECT lease FROM versions WHERE position = ?1");
        // The plus signs keep the planner on the primary key, whose order is the history's.
        _changes = new(connection, """
            SELECT position, key, created, lease, sum, value FROM versions
            WHERE position >= ?1 AND position < ?2 AND +key >= ?3 AND +key < ?4 ORDER BY position
            """);
        _sizes = new(connection, """
            SELECT v.position, v.key, v.created, LENGTH(v.value), p.created, LENGTH(p.value)
            FROM versions v LEFT JOIN versions p ON p.position = (SELECT MAX(q.position) FROM versions q WHERE q.key = v.key AND q.position < v.position)
            WHERE v.position >= ?1 ORDER BY v.position
            """);
    }

    /// <summary>How far the store is, and up to where its history has been forgotten.</summary>
    public readonly record struct State(Revision Current, Revision Compacted);

    /// <summary>Some of the history: all changes up to <paramref name="Until"/>, or the news that they are no longer there.</summary>
    public readonly record struct ChangesPage(IReadOnlyList<StoreWatchMessage> Messages, Revision Until);

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_begin, _end, _state, _head, _newest, _keys, _row, _rowWithoutValue, _changes, _sizes])
            statement.Dispose();
        _connection.Dispose();
    }

    /// <summary>The newest versions may be deletions that compaction has swept away, so that the compaction's revision counts too; a fresh store is at 1.</summary>
    public State ReadState()
    {
        using var rows = _state.Query();
        rows.Next();
        var written = Position.RevisionOf(rows.Number(0)).Value;
        var compacted = rows.Number(1);
        return new State(new Revision(Math.Max(Math.Max(written, compacted), 1)), new Revision(compacted));
    }

    /// <summary>The revision that a key is at; none when it does not exist.</summary>
    public Revision FindModified(string key)
    {
        using var rows = _head.Bind(1, key).Bind(2, long.MaxValue).Query();
        return rows.Next() && rows.Number(1) != 0 ? Position.RevisionOf(rows.Number(0)) : Revision.None;
    }

    /// <summary>A key as it was before a position; null when it did not exist.</summary>
    public KeyValue? Find(string key, long before)
    {
        using var rows = _newest.Bind(1, key).Bind(2, before).Query();
        return rows.Next() && rows.Number(1) != 0 ? ReadVersion(rows, key, rows.Number(0), rows.Number(1), column: 2) : null;
    }

    /// <summary>Counts the changes from a position on.</summary>
    public void Count(long from, HistoryBudget into)
    {
        using var rows = _sizes.Bind(1, from).Query();
        while (rows.Next())
            into.Add(Position.RevisionOf(rows.Number(0)), rows.Key(1).Length, Length(rows, 4), Length(rows, 2));

        // A deletion, and a version that there never was, have no creation.
        static int? Length(Statement.Rows rows, int created) => rows.Number(created) == 0 ? null : (int)rows.Number(created + 1);
    }

    public RangeResult Range(RangeQuery query)
    {
        _begin.Run();
        try
        {
            var state = ReadState();
            if (query.At > state.Current)
                return new RangeResult.Future(state.Current);
            if (!query.At.IsNone && query.At < state.Compacted)
                return new RangeResult.Compacted(state.Compacted);

            var (items, count) = query.Keys.End is { } end ? ReadInterval(query, end) : ReadOne(query);
            return new RangeResult.Found(items, count, state.Current);
        }
        finally
        {
            _end.Run();
        }
    }

    /// <summary>
    /// A page of the changes under a prefix, after one revision and up to another. A page ends between revisions: after the first one with which it has
    /// <paramref name="pageChanges"/> changes or <paramref name="pageBytes"/> bytes.
    /// </summary>
    public ChangesPage ReadChanges(string prefix, Revision after, Revision upTo, int pageChanges, long pageBytes)
    {
        _begin.Run();
        try
        {
            var compacted = ReadState().Compacted;
            return after < compacted
                ? new ChangesPage([new StoreWatchMessage.Compacted(compacted)], upTo)
                : ReadPage(KeyInterval.Prefix(prefix), after, upTo, pageChanges, pageBytes);
        }
        finally
        {
            _end.Run();
        }
    }

    private (IReadOnlyList<KeyValue> Items, long Count) ReadOne(RangeQuery query)
    {
        if (Find(query.Keys.Start, Position.Past(query.At)) is not { } found)
            return ([], 0);
        if (query.CountOnly)
            return ([], 1);
        return ([query.KeysOnly ? found with { Value = default } : found], 1);
    }

    private (IReadOnlyList<KeyValue> Items, long Count) ReadInterval(RangeQuery query, string end)
    {
        var items = new List<KeyValue>();
        var atMost = query.CountOnly ? 0 : query.Limit == 0 ? int.MaxValue : query.Limit;
        var count = 0L;
        using var keys = _keys.Bind(1, query.Keys.Start).Bind(2, end).Bind(3, Position.Past(query.At)).Query();
        while (keys.Next())
        {
            var created = keys.Revision(2);
            if (created.IsNone)
                continue;
            count++;
            if (count > atMost && !query.CountsRest && !query.CountOnly)
                break;
            if (items.Count < atMost)
                items.Add(query.KeysOnly ? ReadWithoutValue(keys.Key(0), keys.Number(1), created) : ReadRow(keys.Key(0), keys.Number(1), created.Value));
        }

        return (items, count);
    }

    private KeyValue ReadRow(string key, long position, long created)
    {
        using var row = _row.Bind(1, position).Query();
        if (!row.Next())
            throw new DamagedVersionException(key, Position.RevisionOf(position)); // the index has it, and the table does not
        return ReadVersion(row, key, position, created, column: 0);
    }

    private KeyValue ReadWithoutValue(string key, long position, Revision created)
    {
        using var row = _rowWithoutValue.Bind(1, position).Query();
        row.Next();
        return new KeyValue(key, default, created, Position.RevisionOf(position), new LeaseId(row.Number(0)));
    }

    // Lease, sum and value stand side by side in every query.
    private static KeyValue ReadVersion(Statement.Rows row, string key, long position, long created, int column)
    {
        var (lease, value) = (row.Number(column), row.Bytes(column + 2));
        VersionSum.Check(key, position, created, lease, value, row.Number(column + 1));
        return new KeyValue(key, value, new Revision(created), Position.RevisionOf(position), new LeaseId(lease));
    }

    private ChangesPage ReadPage(KeyInterval keys, Revision after, Revision upTo, int pageChanges, long pageBytes)
    {
        var messages = new List<StoreWatchMessage>();
        var revision = Revision.None;
        var changes = new List<StoreChange>();
        using var rows = _changes.Bind(1, Position.Past(after)).Bind(2, Position.Past(upTo)).Bind(3, keys.Start).Bind(4, keys.End!).Query();
        while (rows.Next())
        {
            var next = Position.RevisionOf(rows.Number(0));
            if (next != revision && changes.Count > 0)
            {
                messages.Add(new StoreWatchMessage.Changed(revision, changes));
                if (pageChanges <= 0 || pageBytes <= 0)
                    return new ChangesPage(messages, revision);
                changes = [];
            }

            revision = next;
            changes.Add(ReadChange(rows));
            pageChanges--;
            pageBytes -= WatchBuffer.BytesOf(changes[^1]);
        }

        if (changes.Count > 0)
            messages.Add(new StoreWatchMessage.Changed(revision, changes));
        return new ChangesPage(messages, upTo);
    }

    private StoreChange ReadChange(Statement.Rows row)
    {
        var position = row.Number(0);
        var key = row.Key(1);
        var created = row.Revision(2);
        var current = created.IsNone ? null : ReadVersion(row, key, position, created.Value, column: 3);
        return new StoreChange(key, current, Find(key, position));
    }
}
