using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ControlPlane.Storage.Embedded;

/// <summary>Says in words which file has failed and why.</summary>
internal static class DatabaseFailure
{
    /// <summary>Is this about the file or its disk, and not a fault of the program?</summary>
    public static bool IsOfTheDisk(Exception error) =>
        error is SqliteException or DamagedVersionException or IOException or UnauthorizedAccessException or System.Text.DecoderFallbackException;

    /// <summary>Is nothing lost and nothing done, so that it may go well the next time: no room on the disk, or another process holds the write lock?</summary>
    /// <remarks>
    /// The write that found no room is the commit's last frame or one before it, so that the log has no whole commit of it: SQLite's default VFS on Unix
    /// promises not to damage what lies around a write (powersafe overwrite), and so writes nothing after that frame. A failed fsync is another error.
    /// </remarks>
    public static bool IsPassing(Exception error) => error is SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_BUSY };

    public static StoreUnavailableException CannotOpen(string path, Exception error) =>
        new($"{path} cannot be opened: {Reason(error)}", outcomeUnknown: false, error);

    public static StoreUnavailableException CannotRead(string path, Exception error) =>
        new($"{path} cannot be read: {Reason(error)}", outcomeUnknown: false, error);

    public static StoreUnavailableException RefusedForNow(string path, Exception error) =>
        new($"{path} takes no writes at the moment: {Reason(error)}", outcomeUnknown: false, error);

    public static StoreUnavailableException RefusedForGood(string path, Exception error, bool outcomeUnknown) =>
        new($"{path} takes no more writes until it is opened again: {Reason(error)}", outcomeUnknown, error);

    /// <summary>The cause, for people.</summary>
    public static string Reason(Exception error) => error switch
    {
        SqliteException failed when Words(failed) is { } words => $"{words} ({failed.Message})",
        System.Text.DecoderFallbackException => "the file is damaged: a key in it is no text; restore a backup",
        _ => error.Message,
    };

    private static string? Words(SqliteException error) => (error.SqliteErrorCode, error.SqliteExtendedErrorCode) switch
    {
        (_, raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC) => "the disk could not make a write durable",
        (_, raw.SQLITE_IOERR_SHMSIZE or raw.SQLITE_IOERR_SHMOPEN or raw.SQLITE_IOERR_SHMMAP) => "no space is left on the disk for the log's index, or it cannot be made",
        (raw.SQLITE_FULL, _) => "no space is left on the disk",
        (raw.SQLITE_BUSY, _) => "another process holds its lock",
        (raw.SQLITE_READONLY, _) => "the file or its disk is read-only",
        (raw.SQLITE_CORRUPT, _) => "the file is damaged: restore a backup",
        (raw.SQLITE_NOTADB, _) => "it is no database, or its header is damaged",
        (raw.SQLITE_CANTOPEN, _) => "it, or a file beside it, cannot be opened or made",
        (raw.SQLITE_PERM or raw.SQLITE_AUTH, _) => "permission is denied",
        (raw.SQLITE_IOERR, _) => "the disk has failed",
        _ => null,
    };
}
