namespace ControlPlane;

/// <summary>The node agent. Names and defaults are kubelet's where it has such a flag.</summary>
internal sealed partial record AgentOptions
{
    public const string Title = "Node agent";

    [Flag("--container-runtime-endpoint", "containerd's socket; where none is named and none answers, the agent starts a containerd of its own.")]
    public string ContainerRuntimeEndpoint { get; init; } = "";

    [Flag("--hostname-override", "Name of the node; the host's name where nothing is said.")]
    public string HostnameOverride { get; init; } = "";

    [Flag("--node-ip", "Address of the node; the one of the default route where nothing is said.")]
    public string NodeIP { get; init; } = "";

    [Flag("--kubelet-port", "Port of the agent's own server (logs, exec).", Least = 1, Most = 65535)]
    public int Port { get; init; } = 10250; // kubelet default

    [Flag("--no-install", "Do not install the distribution's packages that the agent needs; say which are missing and stop.")]
    public bool NoInstall { get; init; }

    partial void Check(OptionErrors errors)
    {
        errors.Address("--node-ip", NodeIP);
        if (!Environment.IsPrivilegedProcess)
            errors.Add("the node agent needs root: it makes namespaces, mounts and network interfaces (up --no-agent starts a control plane without it)");
    }
}
