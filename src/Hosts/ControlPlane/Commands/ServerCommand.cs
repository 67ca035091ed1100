using System.CommandLine;
using ControlPlane.Parts;

namespace ControlPlane.Commands;

/// <summary><c>controlplane server</c>: the control plane alone; nodes join it with <c>controlplane agent</c>.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var command = new FlagCommand(
            "server",
            "Start API server, scheduler and controllers; with --etcd-servers several of them form one control plane.",
            "controlplane server --etcd-servers https://etcd-1:2379,https://etcd-2:2379",
            [DataOptions.Section, .. ClusterOptions.Sections]);
        command.SetAction((result, stop) => ClusterProcess.RunAsync(ClusterOptions.From(result), stop));
        return command;
    }
}
