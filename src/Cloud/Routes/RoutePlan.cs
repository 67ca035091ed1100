using System.Net;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Routes;

/// <summary>Which routes are missing, and which are left over.</summary>
/// <param name="Create">What no route leads to yet.</param>
/// <param name="Delete">Routes to nodes that are gone or have other pod addresses now.</param>
internal sealed record RoutePlan(IReadOnlyList<Route> Create, IReadOnlyList<Route> Delete)
{
    /// <summary>Compares what is with what should be.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="routes">All routes of the cluster.</param>
    /// <param name="clusterCidrs">A route elsewhere is not ours and stays.</param>
    public static RoutePlan Decide(IEnumerable<Node> nodes, IReadOnlyList<Route> routes, IReadOnlyList<string> clusterCidrs)
    {
        var wanted = nodes.SelectMany(WantedBy).ToHashSet();
        var standing = routes.Where(static route => !route.IsDangling).ToHashSet();
        var networks = clusterCidrs.Select(IPNetwork.Parse).ToList();
        return new(
            [.. wanted.Where(route => !standing.Contains(route))],
            [.. routes.Where(route => (route.IsDangling || !wanted.Contains(route)) && IsOurs(route, networks))]);
    }

    /// <summary>The routes that lead to a node's pods.</summary>
    public static IEnumerable<Route> WantedBy(Node node) => node.Spec.PodCIDRs.Select(cidr => new Route(node.Metadata.Name, cidr));

    private static bool IsOurs(Route route, List<IPNetwork> networks) =>
        IPNetwork.TryParse(route.Destination, out var destination)
        && networks.Exists(network => network.PrefixLength <= destination.PrefixLength && network.Contains(destination.BaseAddress));
}
