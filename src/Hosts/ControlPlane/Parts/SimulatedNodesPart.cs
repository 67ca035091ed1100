using ControlPlane.ApiServer.Authentication;
using ControlPlane.Node;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>Nodes that only pretend to run pods: <c>up --simulated-nodes N</c>.</summary>
internal sealed class SimulatedNodesPart(ApiServerPart server, int count, TimeProvider time, ILoggerFactory logs) : Part
{
    public override string Name => "simulated nodes";

    public override IReadOnlyList<Part> Needs => [server];

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        // No single node may follow all pods; the shared informers read as the scheduler, which may.
        var nodes = new SimulatedNodes(
            count,
            server.Server.As(UserInfo.Of("system:kube-scheduler", UserInfo.Authenticated), "kubelet"),
            name => server.Server.As(UserInfo.Of($"system:node:{name}", "system:nodes", UserInfo.Authenticated), "kubelet"),
            time,
            new Random(),
            logs);
        var running = nodes.RunAsync(stop);
        await Task.WhenAny(nodes.Ready, running);
        ready();
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // They end with the process.
        }
    }
}
