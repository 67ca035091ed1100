using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>Where the cluster is whose bootstrap tokens are meant.</summary>
internal sealed partial record TokenOptions
{
    public const string Title = "The cluster";

    [Flag("--data-dir", "Data directory of the server; its admin.conf is used.")]
    public string DataDir { get; init; } = new DataOptions().DataDir;

    [Flag("--kubeconfig", "Instead of --data-dir: a kubeconfig of somebody who may write Secrets in kube-system.")]
    public string Kubeconfig { get; init; } = "";

    /// <summary>The kubeconfig that is meant.</summary>
    public string KubeconfigPath => Kubeconfig.Length > 0 ? Kubeconfig : Path.Combine(Path.GetFullPath(DataDir), "admin.conf");
}

/// <summary>A new bootstrap token. Names and defaults are kubeadm's.</summary>
internal sealed partial record TokenCreateOptions
{
    public const string Title = "The token";

    [Flag("--ttl", "How long the token is good for; 0 for ever.", Least = 0)]
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24); // kubeadm default

    [Flag("--description", "What the token is for.")]
    public string Description { get; init; } = "";

    [Flag("--usages", "What the token may be used for: authentication (joining), signing (proving cluster-info).")]
    public ImmutableArray<string> Usages { get; init; } = ["signing", "authentication"];

    [Flag("--groups", "Groups of whoever shows the token, beside system:bootstrappers.")]
    public ImmutableArray<string> Groups { get; init; } = ["system:bootstrappers:kubeadm:default-node-token"];

    [Flag("--print-join-command", "Print the whole command that joins a node, instead of the token alone.")]
    public bool PrintJoinCommand { get; init; }
}
