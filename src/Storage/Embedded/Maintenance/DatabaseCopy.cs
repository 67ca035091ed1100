using Microsoft.Data.Sqlite;

namespace ControlPlane.Storage.Embedded.Maintenance;

/// <summary>A consistent copy of a database that may be in use: one read transaction, rows written anew, nothing of free pages or of the log.</summary>
internal static class DatabaseCopy
{
    /// <summary>How the name of a copy ends that has not got its place yet.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>Writes the copy to a name of its own, has it changed and checked there, and only then gives it its place, durably.</summary>
    /// <param name="from">The database to copy; its log is read with it.</param>
    /// <param name="to">Where the copy shall be.</param>
    /// <param name="prepare">Changes the copy before it is checked.</param>
    /// <param name="beforePlacing">What must be done when the copy is whole, before it takes its place.</param>
    /// <exception cref="StoreUnavailableException">Either file fails, or the copy is not sound; nothing is left of it.</exception>
    public static CheckReport Make(string from, string to, Action<SqliteConnection> prepare, Action beforePlacing)
    {
        DatabaseFile.RefuseRemains(from);
        if (!File.Exists(from))
            throw new StoreUnavailableException($"{from} does not exist", outcomeUnknown: false);
        var unfinished = $"{to}.{Environment.ProcessId}{Unfinished}";
        try
        {
            Write(from, unfinished);
            Prepare(unfinished, prepare);
            var report = DatabaseCheck.Run(unfinished, static _ => null);
            if (report.Problems is [var problem, ..])
                throw new StoreUnavailableException($"{from} is not sound: {problem}", outcomeUnknown: false);
            beforePlacing();
            PrivateFile.Replace(unfinished, to);
            return report;
        }
        finally
        {
            RemoveWithCompanions(unfinished);
        }
    }

    /// <summary>Removes what SQLite keeps beside a database.</summary>
    public static void RemoveCompanions(string path)
    {
        foreach (var suffix in (string[])["-wal", "-shm", "-journal"])
            File.Delete(path + suffix);
    }

    private static void RemoveWithCompanions(string path)
    {
        RemoveCompanions(path);
        File.Delete(path);
    }

    private static void Write(string from, string to)
    {
        try
        {
            PrivateFile.Create(to);
        }
        catch (Exception error) when (DatabaseFailure.IsOfTheDisk(error))
        {
            throw new StoreUnavailableException($"{to} cannot be made: {error.Message}", outcomeUnknown: false, error);
        }

        try
        {
            using var source = DatabaseFile.Connect(from, "PRAGMA query_only=ON");
            DatabaseFormat.Read(source, from);
            using var command = source.CreateCommand();
            command.CommandText = "PRAGMA query_only=OFF; VACUUM INTO $to"; // which writes to the copy alone, and is refused all the same
            command.Parameters.AddWithValue("$to", to);
            command.CommandTimeout = 0;
            command.ExecuteNonQuery();
        }
        catch (SqliteException error)
        {
            throw new StoreUnavailableException($"{from} cannot be copied to {to}: {DatabaseFailure.Reason(error)}", outcomeUnknown: false, error);
        }
    }

    private static void Prepare(string path, Action<SqliteConnection> prepare)
    {
        try
        {
            using var connection = DatabaseFile.Connect(path, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL");
            prepare(connection);
        }
        catch (SqliteException error)
        {
            throw new StoreUnavailableException($"{path} cannot be written: {DatabaseFailure.Reason(error)}", outcomeUnknown: false, error);
        }
    }
}
