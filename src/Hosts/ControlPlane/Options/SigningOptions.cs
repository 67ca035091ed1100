namespace ControlPlane;

/// <summary>How certificates are signed that were asked for by the API. Names and defaults are kube-controller-manager's.</summary>
internal sealed partial record SigningOptions
{
    public const string Title = "Signing certificates";

    [Flag("--cluster-signing-cert-file", "Certificate of the authority that signs; the cluster's own where nothing is said.")]
    public string CertFile { get; init; } = "";

    [Flag("--cluster-signing-key-file", "Key of that authority.")]
    public string KeyFile { get; init; } = "";

    [Flag("--cluster-signing-duration", "The longest time that signed certificates are valid for.", Least = 600)]
    public TimeSpan Duration { get; init; } = TimeSpan.FromDays(365); // kube-controller-manager: 8760h0m0s

    partial void Check(OptionErrors errors)
    {
        errors.File("--cluster-signing-cert-file", CertFile);
        errors.File("--cluster-signing-key-file", KeyFile);
        if (CertFile.Length == 0 != (KeyFile.Length == 0))
            errors.Add("--cluster-signing-cert-file and --cluster-signing-key-file belong together");
    }
}
