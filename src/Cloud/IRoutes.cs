namespace ControlPlane.Cloud;

/// <summary>The cloud's routing table: which node the packets for a part of the pod addresses go to.</summary>
public interface IRoutes
{
    /// <summary>The routes of this cluster.</summary>
    /// <exception cref="CloudException">The cloud cannot tell now.</exception>
    Task<IReadOnlyList<Route>> ListAsync(string clusterName, CancellationToken cancel);

    /// <summary>Adds a route.</summary>
    /// <exception cref="CloudException">It cannot.</exception>
    Task CreateAsync(string clusterName, Route route, CancellationToken cancel);

    /// <summary>Removes a route; it is not there afterwards, whether or not it was.</summary>
    /// <exception cref="CloudException">It cannot.</exception>
    Task DeleteAsync(string clusterName, Route route, CancellationToken cancel);
}

/// <summary>Packets for these addresses go to that node.</summary>
/// <param name="NodeName">The node.</param>
/// <param name="Destination">A network: "10.244.3.0/24".</param>
public sealed record Route(string NodeName, string Destination)
{
    /// <summary>It leads to a node that the cloud no longer knows.</summary>
    public bool IsDangling { get; init; }
}
