using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Forgets history. First the mark is set: from then on reads before it are refused. Then the versions that nobody can reach any more are swept away in
/// steps, which a crash may interrupt: how far they are stands beside the mark.
/// </summary>
/// <example>
/// Key a was written at 2, 4 and 7, b at 3 and deleted at 5. Compacting to 5 walks over 2, 3, 4 and 5: at 4 it removes a's version 2, at 5 b's version 3
/// and the deletion itself. What is left is a at 4, which is a's state at 5, and a at 7. Each step costs as much as was written, not as much as is stored.
/// </example>
internal sealed class CompactionTable : IDisposable
{
    private readonly Statement _read;
    private readonly Statement _mark;
    private readonly Statement _swept;
    private readonly Statement _counts;
    private readonly Statement _count;
    private readonly Statement _next;
    private readonly Statement _deleteOlder;
    private readonly Statement _delete;

    public CompactionTable(SqliteConnection connection)
    {
        _read = new(connection, "SELECT revision, swept FROM compaction");
        _mark = new(connection, "UPDATE compaction SET revision = ?1");
        _swept = new(connection, "UPDATE compaction SET swept = ?1");
        _counts = new(connection, "SELECT counted, live, history FROM compaction");
        _count = new(connection, "UPDATE compaction SET counted = ?1, live = ?2, history = ?3");
        _next = new(connection, "SELECT position, key, created FROM versions WHERE position >= ?1 AND position < ?2 ORDER BY position LIMIT ?3");
        _deleteOlder = new(connection, "DELETE FROM versions WHERE key = ?1 AND position < ?2");
        _delete = new(connection, "DELETE FROM versions WHERE position = ?1");
    }

    /// <summary>Refuses reads before a revision from now on; never goes back.</summary>
    public void Mark(Revision revision)
    {
        if (revision > Read().Mark)
            _mark.Bind(1, revision).Run();
    }

    /// <summary>Sweeps over at most so many versions, and tells from which position on there still are versions that nobody can reach, if any.</summary>
    public (bool Done, long Swept) Sweep(int atMost)
    {
        var (mark, swept) = Read();
        var end = Position.Past(mark);
        if (mark.IsNone || swept >= end)
            return (true, swept);

        var versions = ReadNext(swept, end, atMost);
        foreach (var (position, key, deleted) in versions)
        {
            _deleteOlder.Bind(1, key).Bind(2, position).Run();
            if (deleted)
                _delete.Bind(1, position).Run();
        }

        var done = versions.Count < atMost;
        swept = done ? end : versions[^1].Position + 1;
        _swept.Bind(1, swept).Run();
        return (done, swept);
    }

    /// <summary>The counts of the history as they were at a position.</summary>
    public (long Counted, long Live, long History) ReadCounts()
    {
        using var rows = _counts.Query();
        rows.Next();
        return (rows.Number(0), rows.Number(1), rows.Number(2));
    }

    /// <summary>Stores the counts.</summary>
    public void WriteCounts(long counted, long live, long history) => _count.Bind(1, counted).Bind(2, live).Bind(3, history).Run();

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_read, _mark, _swept, _counts, _count, _next, _deleteOlder, _delete])
            statement.Dispose();
    }

    private (Revision Mark, long Swept) Read()
    {
        using var rows = _read.Query();
        rows.Next();
        return (rows.Revision(0), rows.Number(1));
    }

    private List<(long Position, string Key, bool Deleted)> ReadNext(long start, long end, int atMost)
    {
        var versions = new List<(long, string, bool)>();
        using var rows = _next.Bind(1, start).Bind(2, end).Bind(3, (long)atMost).Query();
        while (rows.Next())
            versions.Add((rows.Number(0), rows.Key(1), rows.Number(2) == 0));
        return versions;
    }
}
