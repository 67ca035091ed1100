namespace ControlPlane;

/// <summary>What <c>up</c> starts beside the server.</summary>
internal sealed partial record UpOptions
{
    public const string Title = "Nodes";

    [Flag("--no-agent", "Control plane only: no node, no containers.")]
    public bool NoAgent { get; init; }

    [Flag("--simulated-nodes", "So many nodes that only pretend to run pods, for tests and scale.", Least = 0, Most = 100000)]
    public int SimulatedNodes { get; init; }
}
