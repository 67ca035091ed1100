using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Cloud;
using ControlPlane.Controllers;
using ControlPlane.Machinery.Transport;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>All controllers, those of the cloud included, over one set of informers, each with its own service account's rights.</summary>
internal sealed class ControllersPart(
    StorePart store, ApiServerPart server, ClusterOptions cluster, CertificateAuthority signer, string rootCertificate, string identity, TimeProvider time, ILoggerFactory logs) : Part
{
    // The user that upstream's kube-controller-manager reads as, and the groups that every client with a certificate is in.
    private static readonly UserInfo Reader = UserInfo.Of("system:kube-controller-manager", UserInfo.Authenticated);

    public override string Name => "controllers";

    public override IReadOnlyList<Part> Needs => [store, server];

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        var reader = server.Server.As(Reader, "kube-controller-manager");
        ready();
        await Leadership.RunAsync(
            store.IsExclusive || !cluster.Leadership.LeaderElect,
            new ApiClient(reader),
            cluster.Leadership.For("kube-controller-manager", identity),
            time,
            logs,
            cancel => LeadAsync(reader, cancel),
            stop);
    }

    private async Task LeadAsync(IApiTransport reader, CancellationToken cancel)
    {
        var cloud = CloudProviders.Open(cluster.Cloud.Provider, cluster.Cloud.ConfigFile, time, logs);
        var gates = cluster.Server.ReadFeatureGates();
        var host = new ControllerHost(
            new ControllerEnvironment
            {
                TransportFor = account => server.Server.As(UserInfo.ServiceAccount("kube-system", account), "kube-controller-manager"),
                Informers = new InformerSet(reader, time, new Random(), logs),
                Clock = time,
                Random = new Random(),
                Logs = logs,
                IsFeatureEnabled = gates.IsEnabled,
                Workers = cluster.Workers.ByController(),
            },
            [
                .. ControllerCatalog.All(ControllerProcessSettings.Of(cluster, rootCertificate, signer)),
                .. CloudCatalog.All(cloud, ControllerProcessSettings.CloudOf(cluster)),
            ]);
        await host.RunAsync(cluster.Controllers.Controllers, cancel);
    }
}
