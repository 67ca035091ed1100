using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The leases that exist, and their time to live. When one was last kept alive is not written: after a restart each has its full time again, as with
/// etcd after a change of leader.
/// </summary>
internal sealed class LeaseTable : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _insert;
    private readonly Statement _delete;
    private readonly Statement _all;
    private readonly Statement _keys;

    public LeaseTable(SqliteConnection connection)
    {
        _connection = connection;
        _insert = new(connection, "INSERT INTO leases(milliseconds) VALUES (?1)");
        _delete = new(connection, "DELETE FROM leases WHERE id = ?1");
        _all = new(connection, "SELECT id, milliseconds FROM leases");
        _keys = new(connection, "SELECT DISTINCT key FROM versions INDEXED BY versions_by_lease WHERE lease = ?1 AND lease <> 0");
    }

    public LeaseId Add(TimeSpan timeToLive)
    {
        _insert.Bind(1, (long)timeToLive.TotalMilliseconds).Run();
        return new LeaseId(SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle!));
    }

    public void Remove(LeaseId lease) => _delete.Bind(1, lease.Value).Run();

    public IReadOnlyList<(LeaseId Lease, TimeSpan TimeToLive)> ReadAll()
    {
        var leases = new List<(LeaseId, TimeSpan)>();
        using var rows = _all.Query();
        while (rows.Next())
            leases.Add((new LeaseId(rows.Number(0)), TimeSpan.FromMilliseconds(rows.Number(1))));
        return leases;
    }

    /// <summary>The keys of which any version, not only the newest, hangs on a lease.</summary>
    public IReadOnlyList<string> ReadKeys(LeaseId lease)
    {
        var keys = new List<string>();
        using var rows = _keys.Bind(1, lease.Value).Query();
        while (rows.Next())
            keys.Add(rows.Key(0));
        return keys;
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_insert, _delete, _all, _keys])
            statement.Dispose();
    }
}
