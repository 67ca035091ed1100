using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.ApiServer.Pki;

/// <summary>Writes kubeconfig files as kubeadm does: everything embedded, one context named user@cluster.</summary>
public static class Kubeconfig
{
    /// <summary>The text of a kubeconfig for one user of one cluster.</summary>
    /// <param name="cluster">The cluster's name in the file; kubeadm: "kubernetes".</param>
    /// <param name="server">The URL of the API server.</param>
    /// <param name="authorityPem">The certificate of the cluster's authority.</param>
    /// <param name="user">The user's name in the file.</param>
    /// <param name="certificate">The user's certificate with its key.</param>
    public static string Write(string cluster, Uri server, string authorityPem, string user, X509Certificate2 certificate) =>
        $"""
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: {Base64(authorityPem)}
            server: {server.GetLeftPart(UriPartial.Authority)}
          name: {cluster}
        contexts:
        - context:
            cluster: {cluster}
            user: {user}
          name: {user}@{cluster}
        current-context: {user}@{cluster}
        kind: Config
        preferences: {"{}"}
        users:
        - name: {user}
          user:
            client-certificate-data: {Base64(certificate.ExportCertificatePem() + "\n")}
            client-key-data: {Base64(PemFiles.KeyPem(certificate))}

        """;

    /// <summary>The certificate that a kubeconfig written here embeds for its user, its authority and server; null when the text has another form.</summary>
    internal static KubeconfigContent? Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0)
                values.TryAdd(line[..colon].Trim(' ', '-'), line[(colon + 2)..].Trim().Trim('"'));
        }

        return values.TryGetValue("client-certificate-data", out var certificate)
            && values.TryGetValue("certificate-authority-data", out var authority)
            && values.TryGetValue("server", out var server)
            && Decode(certificate) is { } certificatePem
            && Decode(authority) is { } authorityPem
            ? new KubeconfigContent(server, authorityPem, certificatePem)
            : null;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.ASCII.GetString(bytes, 0, length) : null;
    }
}

/// <summary>What a kubeconfig says that decides whether it must be written anew.</summary>
internal sealed record KubeconfigContent(string Server, string AuthorityPem, string CertificatePem);
