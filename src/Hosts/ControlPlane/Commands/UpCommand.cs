using System.CommandLine;
using ControlPlane.Parts;

namespace ControlPlane.Commands;

/// <summary><c>controlplane up</c>: server and agent on this machine, in the foreground.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var command = new FlagCommand(
            "up",
            "Start a cluster on this machine, in the foreground: API server, scheduler, controllers and a node that runs real containers.",
            "controlplane up --data-dir /var/lib/controlplane",
            [DataOptions.Section, UpOptions.Section, AgentOptions.Section, .. ClusterOptions.Sections]);
        command.SetAction((result, stop) => ClusterProcess.RunAsync(ClusterOptions.From(result) with { Up = UpOptions.From(result), Agent = AgentOf(result) }, stop));
        return command;
    }

    private static AgentOptions? AgentOf(ParseResult result) => UpOptions.From(result) is { NoAgent: false, SimulatedNodes: 0 } ? AgentOptions.From(result) : null;
}
