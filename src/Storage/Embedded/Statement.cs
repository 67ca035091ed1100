using System.Buffers;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// A prepared statement, used over and over. It goes past ADO.NET's commands to the driver below, because those allocate a reader, parameters and
/// boxes for each execution, which is most of the cost of a write here.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("the connection is not open");
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement), _database);
    }

    public Statement Bind(int parameter, long value) => Bound(raw.sqlite3_bind_int64(_statement, parameter, value));

    public Statement Bind(int parameter, Revision value) => Bind(parameter, value.Value);

    // The driver binds an empty span as NULL, which here would mean "deleted".
    public Statement Bind(int parameter, ReadOnlySpan<byte> value) =>
        Bound(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, parameter, 0) : raw.sqlite3_bind_blob(_statement, parameter, value));

    public Statement BindNull(int parameter) => Bound(raw.sqlite3_bind_null(_statement, parameter));

    /// <summary>Binds a key as its UTF-8 bytes, which is the order that keys have.</summary>
    public Statement Bind(int parameter, string key)
    {
        const int onStack = 512;
        var atMost = KeyBytes.AtMost(key.Length);
        var rented = atMost > onStack ? ArrayPool<byte>.Shared.Rent(atMost) : null;
        var buffer = rented ?? stackalloc byte[onStack];
        Bind(parameter, (ReadOnlySpan<byte>)buffer[..KeyBytes.Write(key, buffer)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    /// <summary>Executes a statement that gives no rows.</summary>
    public void Run()
    {
        using var rows = Query();
        rows.Next();
    }

    /// <summary>Executes a statement; disposing of the result makes it ready for the next time.</summary>
    public Rows Query() => new(this);

    public void Dispose() => _statement.Dispose();

    private Statement Bound(int result)
    {
        SqliteException.ThrowExceptionForRC(result, _database);
        return this;
    }

    internal readonly ref struct Rows(Statement statement) : IDisposable
    {
        public bool Next()
        {
            var result = raw.sqlite3_step(statement._statement);
            if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
                SqliteException.ThrowExceptionForRC(result, statement._database);
            return result == raw.SQLITE_ROW;
        }

        public long Number(int column) => raw.sqlite3_column_int64(statement._statement, column);

        public Revision Revision(int column) => new(Number(column));

        public string Key(int column) => KeyBytes.Read(raw.sqlite3_column_blob(statement._statement, column));

        public byte[] Bytes(int column) => Span(column).ToArray();

        /// <summary>The bytes where SQLite has them: until the next row.</summary>
        public ReadOnlySpan<byte> Span(int column) => raw.sqlite3_column_blob(statement._statement, column);

        // The result of a reset repeats the failure that Next has already thrown.
        public void Dispose() => raw.sqlite3_reset(statement._statement);
    }
}
