using ControlPlane.ApiServer.Pki;
using ControlPlane.Cloud;
using ControlPlane.Controllers;

namespace ControlPlane.Parts;

/// <summary>What the command line says of controllers, in their own terms.</summary>
internal static class ControllerProcessSettings
{
    public static ControllerSettings Of(ClusterOptions cluster, string rootCertificate, CertificateAuthority signer) => new()
    {
        RootCertificate = rootCertificate,
        AllocateNodeCidrs = cluster.Controllers.AllocateNodeCidrs,
        ClusterCidrs = [cluster.Controllers.ClusterCidr],
        ServiceCidrs = [cluster.Server.ServiceClusterIPRange],
        NodeMaskSizeIPv4 = cluster.Controllers.NodeCidrMaskSize,
        MaxEndpointsPerSlice = cluster.Controllers.MaxEndpointsPerSlice,
        NodeMonitorPeriod = cluster.Controllers.NodeMonitorPeriod,
        NodeMonitorGracePeriod = cluster.Controllers.NodeMonitorGracePeriod,
        NodeStartupGracePeriod = cluster.Controllers.NodeStartupGracePeriod,
        NodeEvictionRate = cluster.Controllers.NodeEvictionRate,
        SecondaryNodeEvictionRate = cluster.Controllers.SecondaryNodeEvictionRate,
        LargeClusterSize = cluster.Controllers.LargeClusterSizeThreshold,
        UnhealthyZoneThreshold = cluster.Controllers.UnhealthyZoneThreshold,
        TerminatedPodThreshold = cluster.Controllers.TerminatedPodThreshold,
        SignCertificate = signer.Sign,
        ClusterSigningDuration = cluster.Signing.Duration,
    };

    public static CloudSettings CloudOf(ClusterOptions cluster) => new()
    {
        ClusterName = cluster.Cloud.ClusterName,
        ClusterCidrs = [cluster.Controllers.ClusterCidr],
        ConfiguresRoutes = cluster.Cloud.ConfigureRoutes,
        NodeMonitorPeriod = cluster.Controllers.NodeMonitorPeriod,
        NodeStatusUpdatePeriod = cluster.Cloud.NodeStatusPeriod,
        RoutePeriod = cluster.Cloud.RoutePeriod,
        ConcurrentNodes = cluster.Cloud.ConcurrentNodes,
        ConcurrentServices = cluster.Cloud.ConcurrentServices,
    };
}
