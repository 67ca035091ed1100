using ControlPlane.Storage.Embedded.Maintenance;

namespace ControlPlane;

/// <summary>What <c>storage restore</c> reads.</summary>
internal sealed partial record RestoreOptions
{
    public const string Title = "The backup";

    [Flag("--from", "File of the backup; or a store's own damaged file, to go on with what can be read of it.")]
    public string Backup { get; init; } = "";

    [Flag("--force", "Replace the store that is there.")]
    public bool Force { get; init; }

    [Flag("--bump-revision", "How far ahead of the backup revisions go on, so that none that clients have seen is given again.", Least = 0)]
    public long BumpRevision { get; init; } = DatabaseBackup.DefaultRevisionBump; // etcdutl snapshot restore: --bump-revision

    partial void Check(OptionErrors errors)
    {
        if (Backup.Length == 0)
            errors.Add("--from must be specified");
    }
}
