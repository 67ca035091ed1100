namespace ControlPlane;

/// <summary>How an agent on a machine of its own finds its server.</summary>
internal sealed partial record JoinOptions
{
    [Flag("--server", "URL of the API server: https://host:6443.")]
    public string Server { get; init; } = "";

    [Flag("--token", "Token of a user that may act as this node (system:node:NAME in system:nodes).")]
    public string Token { get; init; } = "";

    [Flag("--ca-file", "CA certificate of the server.")]
    public string CaFile { get; init; } = "";

    [Flag("--kubeconfig", "Instead of --server, --token and --ca-file: the node's own kubeconfig.")]
    public string Kubeconfig { get; init; } = "";
}
