using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded.Maintenance;

/// <summary>What a check has found.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="Revision">The store's revision.</param>
/// <param name="CompactRevision">The history before it is gone.</param>
/// <param name="Keys">Keys that exist.</param>
/// <param name="Versions">Versions, those of the history included.</param>
/// <param name="Problems">What is wrong, in words; empty when the file is sound.</param>
public sealed record CheckReport(int Format, Revision Revision, Revision CompactRevision, long Keys, long Versions, IReadOnlyList<string> Problems);

/// <summary>Checks a database file, which a server may have open: its structure, its rows' sums and their order. Sees it as it is at one moment.</summary>
public static class DatabaseCheck
{
    private const int ProblemsMax = 100;

    /// <summary>Runs the check.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problemOf">Looks at each key that exists, and says what is wrong with its value; null when nothing is.</param>
    /// <exception cref="StoreUnavailableException">It cannot be opened, or is no database of ours.</exception>
    public static CheckReport Run(string path, Func<KeyValue, string?> problemOf)
    {
        path = Path.GetFullPath(path);
        DatabaseFile.RefuseRemains(path);
        if (!File.Exists(path))
            throw new StoreUnavailableException($"{path} does not exist", outcomeUnknown: false);
        try
        {
            using var connection = DatabaseFile.Connect(path, "PRAGMA query_only=ON");
            var format = DatabaseFormat.Read(connection, path);
            connection.Execute("BEGIN");
            return new Check(connection, format, problemOf).Run();
        }
        catch (Exception error) when (DatabaseFailure.IsOfTheDisk(error))
        {
            throw DatabaseFailure.CannotOpen(path, error);
        }
    }

    private sealed class Check(SqliteConnection connection, int format, Func<KeyValue, string?> problemOf)
    {
        private readonly List<string> _problems = [];
        private long _keys;
        private long _versions;

        public CheckReport Run()
        {
            var state = default(VersionReader.State);
            try
            {
                _problems.AddRange(connection.AskTexts($"PRAGMA integrity_check({ProblemsMax})").Where(text => text != "ok"));
                state = DatabaseFormat.ReadState(connection);
                CheckVersions();
            }
            catch (Exception error) when (DatabaseFailure.IsOfTheDisk(error))
            {
                _problems.Add($"it cannot be read further: {DatabaseFailure.Reason(error)}");
            }

            return new CheckReport(format, state.Current, state.Compacted, _keys, _versions, _problems);
        }

        private void CheckVersions()
        {
            using var statement = new Statement(connection, $"""
                SELECT v.position, v.key, v.created, v.lease, {(format == 1 ? "0" : "v.sum")}, v.value,
                       v.position = (SELECT MAX(n.position) FROM versions n WHERE n.key = v.key)
                FROM versions v ORDER BY v.position
                """);
            using var rows = statement.Query();
            while (_problems.Count < ProblemsMax && rows.Next())
            {
                _versions++;
                CheckVersion(rows);
            }
        }

        private void CheckVersion(Statement.Rows row)
        {
            var (position, key, created, lease) = (row.Number(0), row.Key(1), row.Number(2), row.Number(3));
            var modified = Position.RevisionOf(position);
            if (created > modified.Value)
                _problems.Add($"{key} at revision {modified} was created later, at {created}");
            if (format > 1 && VersionSum.Of(key, position, created, lease, row.Span(5)) != row.Number(4))
            {
                _problems.Add($"{key} at revision {modified} is damaged: its checksum is wrong");
                return;
            }

            if (row.Number(6) == 0 || created == 0)
                return;
            _keys++;
            if (problemOf(new KeyValue(key, row.Bytes(5), new Revision(created), modified, new LeaseId(lease))) is { } problem)
                _problems.Add($"{key} at revision {modified}: {problem}");
        }
    }
}
