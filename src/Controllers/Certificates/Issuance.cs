using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Certificates;

/// <summary>Signs a certificate that somebody else has decided about, as the authority of the cluster.</summary>
/// <param name="request">Subject, key and extensions; the authority adds its own key's identifier.</param>
/// <param name="notBefore">Its start.</param>
/// <param name="notAfter">Its end; the authority's own, where that is sooner.</param>
public delegate X509Certificate2 SignCertificate(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter);

/// <summary>What an issued certificate says: the policy of kube-controller-manager's signers (pkg/controller/certificates/authority: PermissiveSigningPolicy).</summary>
internal static class Issuance
{
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5); // for clocks that are behind
    private static readonly TimeSpan Short = TimeSpan.FromHours(8);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);

    /// <summary>From when to when a certificate is valid.</summary>
    /// <param name="expirationSeconds">What was asked for; null for the longest.</param>
    /// <param name="longest">--cluster-signing-duration.</param>
    /// <param name="now">The time.</param>
    public static (DateTimeOffset NotBefore, DateTimeOffset NotAfter) Validity(int? expirationSeconds, TimeSpan longest, DateTimeOffset now)
    {
        var asked = expirationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : longest;
        var lifetime = asked > longest ? longest : asked < Shortest && expirationSeconds is not null ? Shortest : asked;
        // The end of a short one is not backdated: five minutes would be too much of it.
        return (now - Backdating, now + (lifetime < Short ? lifetime : lifetime - Backdating));
    }

    /// <summary>The certificate before it is signed.</summary>
    /// <exception cref="FormatException">A usage is not known.</exception>
    public static CertificateRequest Template(SigningRequest asked, IReadOnlyCollection<string> usages)
    {
        var template = new CertificateRequest(IssuedSubject.Of(asked), asked.PublicKey, HashAlgorithmName.SHA256);
        foreach (var extension in CertificateUsages.Extensions(usages))
            template.CertificateExtensions.Add(extension);
        template.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        if (!asked.Names.IsEmpty)
            template.CertificateExtensions.Add(asked.Names.ToExtension(isCritical: template.SubjectName.Name.Length == 0));
        return template;
    }

    /// <summary>What is wrong with a request for its signer, for the condition Failed; null when nothing is.</summary>
    public static string? Complaint(CertificateSigningRequest request, SigningRequest asked) => request.Spec.SignerName switch
    {
        SignerNames.KubeletClient => SignerRules.ClientComplaint(asked, request.Spec.Usages),
        SignerNames.KubeletServing => SignerRules.ServingComplaint(asked, request.Spec.Usages),
        SignerNames.ApiServerClient => SignerRules.ApiServerClientComplaint(request.Spec.Usages),
        _ => null,
    };
}
