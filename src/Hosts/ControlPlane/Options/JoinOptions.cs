namespace ControlPlane;

/// <summary>How an agent on a machine of its own finds its server.</summary>
internal sealed partial record JoinOptions
{
    [Flag("--server", "URL of the API server: https://host:6443.")]
    public string Server { get; init; } = "";

    [Flag("--token", "Bootstrap or service account token to join with.")]
    public string Token { get; init; } = "";

    [Flag("--kubeconfig", "Instead of --server and --token: a kubeconfig of the node's own.")]
    public string Kubeconfig { get; init; } = "";

    [Flag("--ca-file", "CA certificate of the server; where it is missing, the server's own cluster-info tells it to whoever holds the token.")]
    public string CaFile { get; init; } = "";
}
