using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Tests.Certificates;

/// <summary>Requests for certificates as clients send them.</summary>
internal static class Requests
{
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string KubeletServing = "kubernetes.io/kubelet-serving";
    public const string ApiServerClient = "kubernetes.io/kube-apiserver-client";

    /// <summary>A request as PEM, signed with a key of its own.</summary>
    public static string Pem(string subject, Action<SubjectAlternativeNameBuilder>? names = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }

        return request.CreateSigningRequestPem();
    }

    /// <summary>A request to a signer.</summary>
    public static CertificateSigningRequest For(string signer, string pem, params string[] usages) => new()
    {
        Metadata = new ObjectMeta { GenerateName = "test-" },
        Spec = new CertificateSigningRequestSpec { Request = ByteString.FromText(pem), SignerName = signer, Usages = usages.ToValueList() },
    };

    /// <summary>What a node agent asks for.</summary>
    public static CertificateSigningRequest ForNode(string node) =>
        For(KubeletClient, Pem($"O=system:nodes, CN=system:node:{node}"), "digital signature", "client auth");

    /// <summary>The issued certificate.</summary>
    public static X509Certificate2 Issued(CertificateSigningRequest request) => X509Certificate2.CreateFromPem(request.Status.Certificate.ToText());
}
