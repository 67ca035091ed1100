namespace ControlPlane;

/// <summary>What <c>storage verify</c> checks.</summary>
internal sealed partial record VerifyOptions
{
    public const string Title = "What is checked";

    [Flag("--file", "A backup to check instead of the store below --data-dir.")]
    public string File { get; init; } = "";
}
