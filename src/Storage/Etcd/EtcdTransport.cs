using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace ControlPlane.Storage.Etcd;

/// <summary>A connection to one member: HTTP/2, with TLS when the URL says so.</summary>
internal static class EtcdTransport
{
    public static GrpcChannel Open(Uri endpoint, EtcdStoreOptions options) => GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            // A member that vanished without a word is found out; kube-apiserver has the same times.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = options.CallTimeout,
            SslOptions = Tls(options),
        },
        DisposeHttpClient = true,
        // Ranges are paged by items, whose size etcd bounds; a watch's message may hold a whole transaction. kube-apiserver sets no limit either.
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        // A member that was away is used soon after it is back; gRPC's own limit is two minutes, in which calls fail at once.
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
        MaxReconnectBackoff = TimeSpan.FromSeconds(2),
        // Which member to try next, and whether to try again at all, is decided in EtcdMembers.
        MaxRetryAttempts = null,
    });

    private static SslClientAuthenticationOptions Tls(EtcdStoreOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaFile is { } ca)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(ca);
        }

        if (options.CertificateFile is { } certificate)
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => X509Certificate2.CreateFromPemFile(certificate, options.KeyFile);
        return tls;
    }
}
