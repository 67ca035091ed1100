namespace ControlPlane;

/// <summary>What <c>storage backup</c> writes.</summary>
internal sealed partial record BackupOptions
{
    public const string Title = "The backup";

    [Flag("--to", "File of the backup.")]
    public string To { get; init; } = "";

    [Flag("--overwrite", "Replace the file if there is one.")]
    public bool Overwrite { get; init; }

    partial void Check(OptionErrors errors)
    {
        if (To.Length == 0)
            errors.Add("--to must be specified");
    }
}
