namespace ControlPlane;

/// <summary>How certificates are signed that were asked for by the API. Names and defaults are kube-controller-manager's.</summary>
internal sealed partial record SigningOptions
{
    [Flag("--cluster-signing-cert-file", "Certificate of the authority that signs; the cluster's own where nothing is said.")]
    public string CertFile { get; init; } = "";

    [Flag("--cluster-signing-key-file", "Key of that authority.")]
    public string KeyFile { get; init; } = "";

    [Flag("--cluster-signing-duration", "The longest time that signed certificates are valid for.")]
    public TimeSpan Duration { get; init; } = TimeSpan.FromDays(365); // kube-controller-manager: 8760h0m0s
}
