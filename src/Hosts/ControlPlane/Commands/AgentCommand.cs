using System.CommandLine;
using ControlPlane.Parts;

namespace ControlPlane.Commands;

/// <summary><c>controlplane agent</c>: a node of a cluster whose server runs elsewhere.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var command = new FlagCommand(
            "agent",
            "Start a node agent: it registers this machine with a server and runs pods.",
            "controlplane agent --server https://cp-1:6443 --token abcdef.0123456789abcdef",
            DataOptions.Section,
            JoinOptions.Section,
            AgentOptions.Section);
        command.SetAction((result, stop) => AgentProcess.RunAsync(DataOptions.From(result), JoinOptions.From(result), AgentOptions.From(result), stop));
        return command;
    }
}
