using System.Net;
using ControlPlane.ApiServer;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Registry;

namespace ControlPlane.Parts;

/// <summary>What the command line says of an API server, in the server's own terms; what was typed has been checked.</summary>
internal static class ApiServerSettings
{
    public static ApiServerOptions Of(ClusterOptions cluster)
    {
        var options = cluster.Server;
        var (first, last) = options.ReadPortRange() ?? throw new FormatException("the port range has not been checked");
        var gates = options.ReadFeatureGates();
        return new ApiServerOptions
        {
            BindAddress = IPAddress.Parse(options.BindAddress),
            SecurePort = options.SecurePort,
            AdvertiseAddress = Advertised(options, cluster.Agent?.NodeIP ?? ""),
            EndpointReconciler = options.EndpointReconciler == "none" ? EndpointReconciler.None : EndpointReconciler.Lease,
            HostName = NodeName.Of(cluster.Agent),
            ServiceRange = IPNetwork.Parse(options.ServiceClusterIPRange),
            NodePortFirst = first,
            NodePortLast = last,
            AuthorizationModes = options.AuthorizationModes,
            AllowsAnonymous = options.AnonymousAuth,
            ServiceAccountIssuer = options.ServiceAccountIssuer,
            ApiAudiences = options.ApiAudiences,
            MaxReadsInFlight = options.MaxRequestsInflight,
            MaxWritesInFlight = options.MaxMutatingRequestsInflight,
            RequestTimeout = options.RequestTimeout,
            MinRequestTimeout = TimeSpan.FromSeconds(options.MinRequestTimeout),
            NotReadyTolerationSeconds = options.NotReadyTolerationSeconds,
            UnreachableTolerationSeconds = options.UnreachableTolerationSeconds,
            AuditLogPath = options.AuditLogPath,
            AuditLogMegabytes = options.AuditLogMaxSize,
            AuditLogBackups = options.AuditLogMaxBackup,
            Features = gates,
            Registry = new RegistryOptions
            {
                CompactionInterval = cluster.Storage.CompactionInterval,
                TimeToLive = cluster.Storage.EventTtl,
                AllowsInitialEvents = gates.IsEnabled("WatchList"),
            },
        };
    }

    /// <summary>Where its certificates and keys are, and whom they are for.</summary>
    public static ClusterPkiOptions PkiOf(ClusterOptions cluster, ApiServerOptions options) => new()
    {
        DataDirectory = cluster.Data.PathOf(),
        NodeName = NodeName.Of(cluster.Agent),
        AdvertiseAddress = IPAddress.IsLoopback(options.BindAddress) ? options.BindAddress : options.AdvertiseAddress,
        SecurePort = options.SecurePort,
        KubernetesServiceAddress = options.KubernetesServiceAddress,
        ExtraNames = [.. cluster.Server.TlsSans, options.AdvertiseAddress.ToString()],
    };

    // As upstream: a server bound to loopback (or to everything) still tells the cluster an address that others could reach.
    private static IPAddress Advertised(ServerOptions options, string nodeAddress)
    {
        if (options.AdvertiseAddress.Length > 0)
            return IPAddress.Parse(options.AdvertiseAddress);
        var bind = IPAddress.Parse(options.BindAddress);
        return IPAddress.Any.Equals(bind) || IPAddress.IPv6Any.Equals(bind) || IPAddress.IsLoopback(bind) ? NodeAddress.Resolve(nodeAddress) : bind;
    }
}
