namespace ControlPlane;

/// <summary>Under which name this machine is a node.</summary>
internal static class NodeName
{
    /// <summary>What was asked for, else the host's name; in small letters, as names of objects are.</summary>
    public static string Of(AgentOptions? agent) =>
        (agent is { HostnameOverride.Length: > 0 } ? agent.HostnameOverride : Environment.MachineName).ToLowerInvariant();
}
