namespace ControlPlane;

/// <summary>The node agent. Names and defaults are kubelet's where it has such a flag.</summary>
internal sealed partial record AgentOptions
{
    [Flag("--container-runtime-endpoint", "containerd's socket; where none is named and none answers, the agent starts a containerd of its own.")]
    public string ContainerRuntimeEndpoint { get; init; } = "";

    [Flag("--hostname-override", "Name of the node; the host's name where nothing is said.")]
    public string HostnameOverride { get; init; } = "";

    [Flag("--node-ip", "Address of the node; the one of the default route where nothing is said.")]
    public string NodeIP { get; init; } = "";

    [Flag("--kubelet-port", "Port of the agent's own server (logs, exec).")]
    public int Port { get; init; } = 10250; // kubelet default

    [Flag("--no-install", "Do not install the distribution's packages that the agent needs; say which are missing and stop.")]
    public bool NoInstall { get; init; }
}
