using System.CommandLine;
using ControlPlane.Parts;

namespace ControlPlane.Commands;

/// <summary><c>controlplane server</c>: the control plane alone; nodes join it with <c>controlplane agent</c>.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var command = new Command("server", "Start API server, scheduler and controllers; with --etcd-servers several of them form one control plane.");
        DataOptions.AddTo(command);
        ServerOptions.AddTo(command);
        StorageOptions.AddTo(command);
        ControllerOptions.AddTo(command);
        SigningOptions.AddTo(command);
        command.SetAction((result, stop) => ClusterProcess.RunAsync(
            DataOptions.From(result),
            ServerOptions.From(result),
            StorageOptions.From(result),
            ControllerOptions.From(result),
            SigningOptions.From(result),
            agent: null,
            simulatedNodes: 0,
            stop));
        return command;
    }
}
