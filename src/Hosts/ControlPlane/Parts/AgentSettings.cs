using System.Net;
using ControlPlane.Node;
using ControlPlane.Node.Installation;

namespace ControlPlane.Parts;

/// <summary>What the command line says of an agent, in the agent's own terms.</summary>
internal static class AgentSettings
{
    public static NodeAgentOptions Of(AgentOptions options, DataOptions data, string name, IPAddress address) => new()
    {
        NodeName = name,
        Addresses = [address],
        DataDirectory = data.PathOf(),
        RuntimeEndpoint = RuntimeEndpoint(options),
        Port = options.Port,
    };

    /// <summary>Says what the agent needs and this machine lacks, and installs it where it may.</summary>
    /// <exception cref="PrerequisiteException">Something is missing and stays so.</exception>
    public static Task EnsureProgramsAsync(AgentOptions agent, TimeProvider time, CancellationToken cancel) =>
        new NodePrerequisites(time) { MayInstall = !agent.NoInstall, RuntimeEndpoint = RuntimeEndpoint(agent) }.EnsureAsync(Console.Error.WriteLine, cancel);

    private static string? RuntimeEndpoint(AgentOptions options) => options.ContainerRuntimeEndpoint.Length == 0 ? null : options.ContainerRuntimeEndpoint;
}
