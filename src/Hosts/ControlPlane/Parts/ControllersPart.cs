using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Controllers;
using ControlPlane.Machinery.Meta;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>All controllers, over one set of informers, each with its own service account's rights.</summary>
internal sealed class ControllersPart(
    StorePart store,
    ApiServerPart server,
    ControllerOptions options,
    SigningOptions signing,
    CertificateAuthority signer,
    string rootCertificate,
    string identity,
    TimeProvider time,
    ILoggerFactory logs) : Part
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
            store.IsExclusive || !options.LeaderElect,
            new ApiClient(reader),
            new LeaderElectionOptions { Lease = new ObjectKey("kube-system", "kube-controller-manager"), Identity = identity },
            time,
            logs,
            cancel => HostOf(reader).RunAsync(options.Controllers, cancel),
            stop);
    }

    private ControllerHost HostOf(Machinery.Transport.IApiTransport reader) => new(
        new ControllerEnvironment
        {
            TransportFor = account => server.Server.As(UserInfo.ServiceAccount("kube-system", account), "kube-controller-manager"),
            Informers = new InformerSet(reader, time, new Random(), logs),
            Clock = time,
            Random = new Random(),
            Logs = logs,
        },
        ControllerCatalog.All(new ControllerSettings
        {
            RootCertificate = rootCertificate,
            ClusterCidrs = [options.ClusterCidr],
            NodeMaskSizeIPv4 = options.NodeCidrMaskSize,
            NodeMonitorGracePeriod = options.NodeMonitorGracePeriod,
            SignCertificate = signer.Sign,
            ClusterSigningDuration = signing.Duration,
        }));
}
