using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>How an agent on a machine of its own finds its server, and proves that it may join. Once joined it needs none of these.</summary>
internal sealed partial record JoinOptions
{
    public const string Title = "Joining a server";

    [Flag("--server", "URL of the API server: https://host:6443.")]
    public string Server { get; init; } = "";

    [Flag("--token", "Bootstrap token (abcdef.0123456789abcdef, from \"controlplane token create\") with which the node gets a certificate of its own; or a token of the node's user, with --ca-file.")]
    public string Token { get; init; } = "";

    [Flag("--ca-file", "CA certificate of the server; without it, it is learnt from the server's cluster-info, which the bootstrap token proves.")]
    public string CaFile { get; init; } = "";

    [Flag("--ca-cert-hash", "The server's CA must have this public key: sha256: and the digest in hexadecimal, as \"controlplane token create --print-join-command\" prints it.")]
    public ImmutableArray<string> CaCertHashes { get; init; } = [];

    [Flag("--kubeconfig", "Instead of --server, --token and --ca-file: the node's own kubeconfig.")]
    public string Kubeconfig { get; init; } = "";

    [Flag("--cloud-provider", "external: pods wait until the cloud's controllers have initialized the node; nothing for no cloud.")]
    public string CloudProvider { get; init; } = "";

    partial void Check(OptionErrors errors)
    {
        errors.File("--kubeconfig", Kubeconfig);
        errors.File("--ca-file", CaFile);
        if (CloudProvider is not ("" or "external"))
            errors.Add($"unsupported value \"{CloudProvider}\" for --cloud-provider: only \"external\" or \"\" are allowed");
        if (Server.Length > 0 && !(Uri.TryCreate(Server, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps))
            errors.Add($"--server: \"{Server}\" is not of the form https://host:6443");
    }
}
