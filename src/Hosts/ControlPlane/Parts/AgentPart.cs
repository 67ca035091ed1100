using System.Collections.Immutable;
using System.Net;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Node;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>The node agent of this machine, in the server's process: it speaks to the API as its node, without a socket.</summary>
internal sealed class AgentPart(ApiServerPart server, AgentOptions options, ClusterOptions cluster, ClusterPki pki, TimeProvider time, ILoggerFactory logs) : Part
{
    public override string Name => "node agent";

    public override IReadOnlyList<Part> Needs => [server];

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        var name = NodeName.Of(options);
        var address = NodeAddress.Resolve(options.NodeIP);
        var agent = new NodeAgent(
            AgentSettings.Of(options, cluster.Data, name, address) with
            {
                ServingCertificate = pki.KubeletServingCertificate(name, [address]),
                ClientAuthority = pki.Authority.Certificate,
                ClusterPodRange = IPNetwork.Parse(cluster.Controllers.ClusterCidr),
                AwaitsCloud = cluster.Cloud.Provider.Length > 0,
            },
            server.Server.As(UserInfo.Of($"system:node:{name}", "system:nodes", UserInfo.Authenticated), "kubelet"),
            time,
            new Random(),
            logs,
            server.Server.As(UserInfo.Of("system:kube-proxy", UserInfo.Authenticated), "kube-proxy"));
        var running = agent.RunAsync(stop);
        await Task.WhenAny(agent.Ready, running);
        ready();
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Pods outlive the agent.
        }
    }
}
