using System.Net;
using ControlPlane.Node;

namespace ControlPlane.Parts;

/// <summary>What the command line says of an agent, in the agent's own terms.</summary>
internal static class AgentSettings
{
    public static NodeAgentOptions Of(AgentOptions options, DataOptions data, string name, IPAddress address) => new()
    {
        NodeName = name,
        Addresses = [address],
        DataDirectory = data.PathOf(),
        RuntimeEndpoint = options.ContainerRuntimeEndpoint.Length == 0 ? null : options.ContainerRuntimeEndpoint,
        Port = options.Port,
    };
}
