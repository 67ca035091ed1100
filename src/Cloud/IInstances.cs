using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud;

/// <summary>The machines behind nodes.</summary>
public interface IInstances
{
    /// <summary>The machine behind a node, found by the node's provider id, or by its name while it has none; null where there is no such machine (any more).</summary>
    /// <remarks>Null is the word that a node's object may be deleted on: a cloud that is not sure throws.</remarks>
    /// <exception cref="CloudException">The cloud cannot tell now.</exception>
    Task<Instance?> FindAsync(Node node, CancellationToken cancel);
}

/// <summary>A machine as its cloud knows it.</summary>
public sealed record Instance
{
    /// <summary>Unlike that of any other machine, ever: "static://rack-1".</summary>
    public required string ProviderId { get; init; }

    /// <summary>Of node.kubernetes.io/instance-type; "" where machines have none.</summary>
    public string Type { get; init; } = "";

    /// <summary>Of topology.kubernetes.io/zone; "" where there are none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Of topology.kubernetes.io/region; "" where there are none.</summary>
    public string Region { get; init; } = "";

    /// <summary>Where it is reached, the preferred ones of a type first.</summary>
    public ValueList<NodeAddress> Addresses { get; init; }

    /// <summary>More labels for its node.</summary>
    public ValueMap<string> Labels { get; init; }

    /// <summary>It exists but is switched off.</summary>
    public bool IsShutDown { get; init; }
}
