using ControlPlane.Types.Core;

namespace ControlPlane.Cloud;

/// <summary>What leads traffic from outside to Services of type LoadBalancer.</summary>
public interface ILoadBalancers
{
    /// <summary>Makes the Service's load balancer, or brings it to what the Service now says; answers where it is reached.</summary>
    /// <exception cref="CloudException">It cannot: no free address, a request that cannot be met.</exception>
    Task<LoadBalancerStatus> EnsureAsync(LoadBalancerRequest request, CancellationToken cancel);

    /// <summary>The set of nodes has changed and nothing else: a load balancer that exists leads to those from now on.</summary>
    /// <exception cref="CloudException">It cannot.</exception>
    Task UpdateNodesAsync(LoadBalancerRequest request, CancellationToken cancel);

    /// <summary>Removes the Service's load balancer; none is there afterwards, whether or not there was one.</summary>
    /// <exception cref="CloudException">It cannot.</exception>
    Task DeleteAsync(string clusterName, Service service, CancellationToken cancel);
}

/// <summary>For whom a load balancer is, and where it leads.</summary>
public sealed record LoadBalancerRequest
{
    /// <summary>Tells clusters in one cloud apart (--cluster-name).</summary>
    public required string ClusterName { get; init; }

    /// <summary>Whose it is; its uid is its identity.</summary>
    public required Service Service { get; init; }

    /// <summary>Where traffic may be sent to, ordered by name.</summary>
    public required IReadOnlyList<Node> Nodes { get; init; }

    /// <summary>
    /// All other Services, as they are when it is called. A cloud that keeps no books of its own learns from their status what is taken; it must ask under the
    /// lock that it takes addresses under, so that a Service it has just served is among them.
    /// </summary>
    public required Func<IEnumerable<Service>> Others { get; init; }
}
