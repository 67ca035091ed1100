using System.Collections.Immutable;
using System.Net;

namespace ControlPlane.ApiServer.Pki;

/// <summary>What the certificates of a cluster depend on.</summary>
public sealed record ClusterPkiOptions
{
    /// <summary>The data directory: certificates go to pki/ below it, kubeconfigs stand in it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>This machine's name, as its Node is called.</summary>
    public required string NodeName { get; init; }

    /// <summary>The address under which the others reach this API server.</summary>
    public required IPAddress AdvertiseAddress { get; init; }

    /// <summary>The port under which it is reached.</summary>
    public int SecurePort { get; init; } = 6443; // kube-apiserver: --secure-port

    /// <summary>The first address of the service range: the kubernetes Service.</summary>
    public required IPAddress KubernetesServiceAddress { get; init; }

    /// <summary>The cluster's domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local"; // kubeadm: networking.dnsDomain

    /// <summary>More names and addresses for the serving certificate (load balancers).</summary>
    public ImmutableArray<string> ExtraNames { get; init; } = [];

    /// <summary>The URL that the kubeconfigs of this machine's own components name.</summary>
    internal Uri LocalServer => ServerAt(IPAddress.IsLoopback(AdvertiseAddress) ? AdvertiseAddress : IPAddress.Loopback);

    /// <summary>The URL that admin.conf names, so that it works on other machines too.</summary>
    internal Uri AdvertisedServer => ServerAt(AdvertiseAddress);

    private Uri ServerAt(IPAddress address) => new UriBuilder(Uri.UriSchemeHttps, Host(address), SecurePort).Uri;

    private static string Host(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
