namespace ControlPlane.Storage.Embedded.Maintenance;

/// <summary>Backups of the embedded store's file, also while a server writes to it, and the way back.</summary>
public static class DatabaseBackup
{
    /// <summary>What a restored store is ahead of its backup, if nothing else is said.</summary>
    /// <remarks>
    /// After the backup the cluster went on, and clients have seen those revisions; a store that gave them out again for other changes would lead their
    /// caches astray. etcd's documentation names the same number for `etcdutl snapshot restore --bump-revision`.
    /// </remarks>
    public const long DefaultRevisionBump = 1_000_000_000;

    /// <summary>Writes a backup: one file, as the store is at one moment.</summary>
    /// <param name="database">The store's file.</param>
    /// <param name="to">The backup.</param>
    /// <param name="overwrite">May it replace a file?</param>
    /// <exception cref="StoreUnavailableException">There is a file already, or one of the two fails; a file that was there is as it was.</exception>
    public static CheckReport Write(string database, string to, bool overwrite)
    {
        (database, to) = (Path.GetFullPath(database), Path.GetFullPath(to));
        if (Directory.Exists(to))
            throw new StoreUnavailableException($"{to} is a directory", outcomeUnknown: false);
        RefuseToExist(to, overwrite);
        if (to == database)
            throw new StoreUnavailableException($"{to} is the store itself", outcomeUnknown: false);
        return DatabaseCopy.Make(database, to, static _ => { }, () => RefuseToExist(to, overwrite));
    }

    /// <summary>Makes a store of a backup. The backup is checked first, and takes its place only as a whole.</summary>
    /// <param name="from">The backup; or a store's own file, to go on with what is left of it.</param>
    /// <param name="database">The store's file.</param>
    /// <param name="replace">May it replace what is in the store's directory?</param>
    /// <param name="revisionBump">How far ahead of the backup the store's revision shall be; all history before that counts as compacted.</param>
    /// <exception cref="StoreUnavailableException">
    /// A server has the store open, its directory is not empty, or one of the files fails; a store that was there is as it was.
    /// </exception>
    public static CheckReport Restore(string from, string database, bool replace, long revisionBump)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(revisionBump);
        (from, database) = (Path.GetFullPath(from), Path.GetFullPath(database));
        var directory = Path.GetDirectoryName(database)!;
        try
        {
            if (!replace && Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any(IsOfAStore))
                throw new StoreUnavailableException($"{directory} is not empty", outcomeUnknown: false);
            if (Directory.Exists(database))
                throw new StoreUnavailableException($"{database} is a directory", outcomeUnknown: false);
            DatabaseFile.RefuseRemains(from);
            if (!File.Exists(from))
                throw new StoreUnavailableException($"{from} does not exist", outcomeUnknown: false);
            Directory.CreateDirectory(directory);
            using var mark = AcknowledgedMark.Lock(database);
            return DatabaseCopy.Make(
                from,
                database,
                connection =>
                {
                    DatabaseFormat.Migrate(connection, from);
                    Bump(connection, revisionBump);
                },
                () => MakeWay(database, mark));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{database} cannot be restored: {error.Message}", outcomeUnknown: false, error);
        }
    }

    // A restore that did not come to its end leaves these.
    private static bool IsOfAStore(string path) =>
        !path.EndsWith(DatabaseCopy.Unfinished, StringComparison.Ordinal) && !(path.EndsWith(".lock", StringComparison.Ordinal) && new FileInfo(path).Length == 0);

    private static void RefuseToExist(string to, bool overwrite)
    {
        if (!overwrite && File.Exists(to))
            throw new StoreUnavailableException($"{to} exists already", outcomeUnknown: false);
    }

    private static void Bump(Microsoft.Data.Sqlite.SqliteConnection connection, long revisions)
    {
        if (revisions == 0)
            return;
        using var compaction = new CompactionTable(connection);
        compaction.Mark(new Revision(DatabaseFormat.ReadState(connection).Current.Value + revisions));
    }

    // The old log must be gone before the new file is there, or it would be played into it; first it is carried over into the old file, so that this one is
    // whole until the moment when it is replaced. If it cannot be, nothing is lost by removing its log: it is being given up.
    private static void MakeWay(string database, AcknowledgedMark mark)
    {
        if (File.Exists(database))
        {
            try
            {
                using var connection = DatabaseFile.Connect(database, "PRAGMA wal_checkpoint(TRUNCATE)");
            }
            catch (Microsoft.Data.Sqlite.SqliteException)
            {
            }
        }

        mark.Clear();
        DatabaseCopy.RemoveCompanions(database);
    }
}
