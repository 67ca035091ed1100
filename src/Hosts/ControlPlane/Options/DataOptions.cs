namespace ControlPlane;

/// <summary>Where everything is kept, and how much is said of it; every command has these.</summary>
internal sealed partial record DataOptions
{
    public const string Title = "Data and logs";

    [Flag("--data-dir", "Directory of everything that is kept: pki/, admin.conf, the embedded database, the agent's state.")]
    public string DataDir { get; init; } = "/var/lib/controlplane";

    [Flag("--v", "Log level: 0 tells what an operator must know, 2 what the controllers do, 4 and above every decision.", Alias = "-v", Least = 0)]
    public int Verbosity { get; init; }

    /// <summary>The embedded store's file.</summary>
    public string StorePath => PathOf("storage", "controlplane.db");

    /// <summary>A path below the data directory.</summary>
    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Path.GetFullPath(DataDir), .. parts]);

    partial void Check(OptionErrors errors)
    {
        if (DataDir.Length == 0)
            errors.Add("--data-dir must be specified");
        else if (File.Exists(DataDir))
            errors.Add($"--data-dir: {DataDir} is not a directory");
    }
}
