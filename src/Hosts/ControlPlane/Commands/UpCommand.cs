using System.CommandLine;
using ControlPlane.Parts;

namespace ControlPlane.Commands;

/// <summary><c>controlplane up</c>: server and agent on this machine, in the foreground.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var command = new Command("up", "Start a cluster on this machine: API server, scheduler, controllers and a node that runs real containers.");
        DataOptions.AddTo(command);
        UpOptions.AddTo(command);
        ServerOptions.AddTo(command);
        StorageOptions.AddTo(command);
        ControllerOptions.AddTo(command);
        SigningOptions.AddTo(command);
        AgentOptions.AddTo(command);
        command.SetAction((result, stop) =>
        {
            var up = UpOptions.From(result);
            return ClusterProcess.RunAsync(
                DataOptions.From(result),
                ServerOptions.From(result),
                StorageOptions.From(result),
                ControllerOptions.From(result),
                SigningOptions.From(result),
                up.NoAgent || up.SimulatedNodes > 0 ? null : AgentOptions.From(result),
                up.SimulatedNodes,
                stop);
        });
        return command;
    }
}
