using System.Net;

namespace ControlPlane.Node.Network.Proxy;

/// <summary>Where connections to a Service's port go.</summary>
internal sealed record ServiceRule
{
    /// <summary>"namespace/name:port".</summary>
    public required string Name { get; init; }

    /// <summary>The Service's addresses, of one family: its cluster IP, external IPs, load balancer's.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>"tcp", "udp" or "sctp".</summary>
    public required string Protocol { get; init; }

    /// <summary>The port at the addresses.</summary>
    public required int Port { get; init; }

    /// <summary>The port of every node; 0 for none.</summary>
    public int NodePort { get; init; }

    /// <summary>Who answers, for connections from inside the cluster.</summary>
    public required IReadOnlyList<IPEndPoint> Endpoints { get; init; }

    /// <summary>Who answers, for connections to the node's port.</summary>
    public required IReadOnlyList<IPEndPoint> NodePortEndpoints { get; init; }

    /// <summary>The node's port leads to this node's endpoints alone, who see who is calling (externalTrafficPolicy: Local).</summary>
    public bool KeepsCallers { get; init; }

    /// <summary>How long a caller stays with an endpoint, in seconds; 0 for not at all.</summary>
    public int AffinitySeconds { get; init; }
}
