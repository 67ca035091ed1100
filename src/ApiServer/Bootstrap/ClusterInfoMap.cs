using System.Text;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Bootstrap;

/// <summary>The ConfigMap cluster-info, which tells those who join where the server is and whom to trust (kubeadm: app/phases/bootstraptoken/clusterinfo).</summary>
internal static class ClusterInfoMap
{
    /// <summary>The map, without signatures: those are the bootstrap signer's.</summary>
    public static ConfigMap Of(ApiServerOptions options, ClusterPki pki, int securePort) => new()
    {
        Metadata = new ObjectMeta { Namespace = ClusterInfo.Namespace, Name = ClusterInfo.Name },
        Data = ValueMap.Of(ClusterInfo.ContentKey, Kubeconfig(new UriBuilder(Uri.UriSchemeHttps, options.AdvertiseAddress.ToString(), securePort).Uri, pki.Authority.Pem)),
    };

    /// <summary>What an existing map must become; null where it tells of this cluster's authority. Where the server is may have been set by hand (a load balancer), and stays.</summary>
    public static ConfigMap? Mend(ConfigMap wanted, ConfigMap existing, ClusterPki pki) =>
        existing.Data.Find(ClusterInfo.ContentKey)?.Contains(Base64(pki.Authority.Pem), StringComparison.Ordinal) == true
            ? null
            : existing with { Data = existing.Data.With(ClusterInfo.ContentKey, wanted.Data[ClusterInfo.ContentKey]) };

    // As client-go writes a kubeconfig that has clusters and nothing else.
    private static string Kubeconfig(Uri server, string authorityPem) =>
        $"""
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: {Base64(authorityPem)}
            server: {server.GetLeftPart(UriPartial.Authority)}
          name: ""
        contexts: null
        current-context: ""
        kind: Config
        users: null

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
