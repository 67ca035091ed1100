using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Node;

/// <summary>How one node agent is to run.</summary>
public sealed record NodeAgentOptions
{
    /// <summary>The node's name: that of its certificate, too (system:node:NAME).</summary>
    public required string NodeName { get; init; }

    /// <summary>The node's addresses, the first one first; what others reach it by.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>What the agent keeps lies below it, and so does the containerd that it starts where none answers.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where containers' logs lie. Log collectors look in the default (kubelet: podLogsDir).</summary>
    public string LogDirectory { get; init; } = "/var/log/pods";

    /// <summary>The runtime's socket (<c>unix://...</c>); null for the distribution's containerd if it answers, else one of the agent's own.</summary>
    public string? RuntimeEndpoint { get; init; }

    /// <summary>Where its HTTPS server listens (kubelet: --port); 0 for a free port, null for no server.</summary>
    public int? Port { get; init; } = 10250;

    /// <summary>The server's certificate, with key, for the node's name and addresses.</summary>
    public X509Certificate2? ServingCertificate { get; init; }

    /// <summary>Signs the certificates of those who may call the server.</summary>
    public X509Certificate2? ClientAuthority { get; init; }

    /// <summary>Whose certificates are let in: the API server's name as a client of nodes.</summary>
    public string ClientName { get; init; } = "kube-apiserver-kubelet-client";

    /// <summary>The cluster's DNS server; null where there is none: then pods have the node's.</summary>
    public IPAddress? ClusterDns { get; init; }

    /// <summary>The cluster's domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The range of all nodes' pods, which Services don't masquerade; null where it isn't known.</summary>
    public IPNetwork? ClusterPodRange { get; init; } = IPNetwork.Parse("10.244.0.0/16");

    /// <summary>The name of the bridge that joins the pods' interfaces, 15 characters at most.</summary>
    public string Bridge { get; init; } = "cni0";

    /// <summary>Make Services reachable from this node and its pods, by nftables. Off where kube-proxy or another proxy does so.</summary>
    public bool ProxiesServices { get; init; } = true;

    /// <summary>Register with the taint that keeps pods away until a cloud controller has initialized the node (kubelet: --cloud-provider=external).</summary>
    public bool AwaitsCloud { get; init; }

    /// <summary>Labels beside the standard ones (kubelet: --node-labels).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
