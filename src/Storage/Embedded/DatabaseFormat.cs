using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded;

/// <summary>The tables of the file, how a file says which format it has, and how an older one becomes the present one.</summary>
/// <remarks>
/// <para>
/// <c>versions</c> holds every version of every key in the order of history (<see cref="Position"/>); a deletion is a version without a value and with
/// created = 0; <c>sum</c> is <see cref="VersionSum"/>. <c>versions_by_key</c> covers the questions "which version of this key is the newest at that
/// revision" and "which keys are there". One put thus dirties the table's last page and one index page, however large the store is.
/// <c>compaction</c> is one row: the mark and how far it is swept, and the counts of <see cref="HistoryBudget"/> as they were at a position.
/// </para>
/// <para>
/// Format 1 had neither sums nor counts. A change of the tables raises <see cref="Newest"/> and adds its step to <see cref="Migrate"/>.
/// </para>
/// </remarks>
internal static class DatabaseFormat
{
    /// <summary>What this program writes. A file of a greater format is refused.</summary>
    public const int Newest = 2;

    private const int ApplicationId = 0x43506c6e; // "CPln": tells `file` and us whose database this is

    private const string Versions = """
        CREATE TABLE versions(
            position INTEGER PRIMARY KEY,
            key      BLOB    NOT NULL,
            created  INTEGER NOT NULL,
            lease    INTEGER NOT NULL,
            sum      INTEGER NOT NULL,
            value    BLOB);
        """;

    private const string Indexes = """
        CREATE INDEX versions_by_key ON versions(key, position, created);
        CREATE INDEX versions_by_lease ON versions(lease, key) WHERE lease <> 0;
        """;

    private const string Others = """
        CREATE TABLE leases(
            id           INTEGER PRIMARY KEY AUTOINCREMENT,
            milliseconds INTEGER NOT NULL);
        CREATE TABLE compaction(
            revision INTEGER NOT NULL,
            swept    INTEGER NOT NULL,
            counted  INTEGER NOT NULL,
            live     INTEGER NOT NULL,
            history  INTEGER NOT NULL);
        INSERT INTO compaction VALUES (0, 0, 0, 0, 0);
        """;

    /// <summary>Makes the tables in an empty file.</summary>
    public static void Create(SqliteConnection connection)
    {
        connection.Execute("PRAGMA journal_mode=WAL");
        connection.Execute($"BEGIN IMMEDIATE; {Versions} {Indexes} {Others} PRAGMA application_id={ApplicationId}; PRAGMA user_version={Newest}; COMMIT");
    }

    /// <summary>The format of a file of ours that this program can read.</summary>
    /// <exception cref="StoreUnavailableException">It is another program's, or of a newer format.</exception>
    public static int Read(SqliteConnection connection, string path)
    {
        var format = connection.Ask("PRAGMA user_version");
        if (connection.Ask("PRAGMA application_id") != ApplicationId || format < 1)
            throw new StoreUnavailableException($"{path} is a database of another program", outcomeUnknown: false);
        if (format > Newest)
        {
            throw new StoreUnavailableException(
                $"{path} has format {format}; this program knows formats up to {Newest}: use the newer one", outcomeUnknown: false);
        }

        return (int)format;
    }

    /// <summary>How far the store is, and up to where its history has been forgotten: <see cref="VersionReader.ReadState"/> for a file of any format.</summary>
    public static VersionReader.State ReadState(SqliteConnection connection)
    {
        var compacted = connection.Ask("SELECT revision FROM compaction");
        var written = Position.RevisionOf(connection.Ask("SELECT IFNULL(MAX(position), 0) FROM versions")).Value;
        return new VersionReader.State(new Revision(Math.Max(Math.Max(written, compacted), 1)), new Revision(compacted));
    }

    /// <summary>Brings a file of an older format to the newest: wholly or, if that fails, not at all.</summary>
    public static void Migrate(SqliteConnection connection, string path)
    {
        if (Read(connection, path) == Newest)
            return;
        connection.Execute("PRAGMA synchronous=FULL; BEGIN IMMEDIATE");
        try
        {
            AddSumsAndCounts(connection);
            connection.Execute($"PRAGMA user_version={Newest}; COMMIT");
        }
        catch
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
                connection.Execute("ROLLBACK");
            throw;
        }
    }

    // 1 to 2. The counts begin at nothing: opening the file counts what they lack.
    private static void AddSumsAndCounts(SqliteConnection connection)
    {
        connection.Execute($"""
            DROP INDEX versions_by_key;
            DROP INDEX versions_by_lease;
            ALTER TABLE versions RENAME TO versions_1;
            {Versions}
            ALTER TABLE compaction ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE compaction ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE compaction ADD COLUMN history INTEGER NOT NULL DEFAULT 0;
            """);
        CopyWithSums(connection);
        connection.Execute($"DROP TABLE versions_1; {Indexes}");
    }

    private static void CopyWithSums(SqliteConnection connection)
    {
        using var read = new Statement(connection, "SELECT position, key, created, lease, value FROM versions_1 ORDER BY position");
        using var insert = new Statement(connection, "INSERT INTO versions(position, key, created, lease, sum, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        using var rows = read.Query();
        while (rows.Next())
        {
            var (position, key, created, lease) = (rows.Number(0), rows.Key(1), rows.Number(2), rows.Number(3));
            var value = rows.Span(4);
            insert.Bind(1, position).Bind(2, key).Bind(3, created).Bind(4, lease).Bind(5, VersionSum.Of(key, position, created, lease, value));
            _ = created == 0 ? insert.BindNull(6) : insert.Bind(6, value);
            insert.Run();
        }
    }
}
