using System.Net;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Nodes;

/// <summary>Which addresses a node gets of those that its cloud knows.</summary>
internal static class NodeAddresses
{
    private const string ProvidedIP = "alpha.kubernetes.io/provided-node-ip"; // kubelet: what --node-ip says

    /// <summary>The node's addresses; empty where the cloud knows none, and the node's own stay.</summary>
    /// <exception cref="CloudException">The node agent insists on an address that the cloud does not know.</exception>
    public static ValueList<NodeAddress> Decide(Node node, ValueList<NodeAddress> known)
    {
        if (known.IsEmpty)
            return known;
        var addresses = WithHostname(node, known);
        return node.Metadata.Annotations.Find(ProvidedIP) is { Length: > 0 } provided ? Prefer(addresses, provided) : addresses;
    }

    // A cloud that names no host leaves the name that the node agent gave.
    private static ValueList<NodeAddress> WithHostname(Node node, ValueList<NodeAddress> known)
    {
        if (known.FindIndex(static address => address.Type == "Hostname") >= 0)
            return known;
        return known.AddRange(node.Status.Addresses.Where(static address => address.Type == "Hostname").Take(1));
    }

    // The addresses asked for come first; others of their types would only let a client pick the wrong one.
    private static ValueList<NodeAddress> Prefer(ValueList<NodeAddress> addresses, string provided)
    {
        var wanted = provided.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var chosen = wanted.SelectMany(ip => Matching(addresses, ip)).ToList();
        var types = chosen.Select(static address => address.Type).ToHashSet(StringComparer.Ordinal);
        return [.. chosen, .. addresses.Where(address => !types.Contains(address.Type))];
    }

    private static List<NodeAddress> Matching(ValueList<NodeAddress> addresses, string ip)
    {
        var matching = addresses.Where(address => IsSame(address.Address, ip)).ToList();
        return matching.Count > 0 ? matching : throw new CloudException($"failed to get node address from cloud provider that matches ip: {ip}");
    }

    private static bool IsSame(string one, string other) =>
        IPAddress.TryParse(one, out var first) && IPAddress.TryParse(other, out var second) ? first.Equals(second) : one == other;
}
