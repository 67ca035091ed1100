using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.ApiServer.Pki;

/// <summary>A certificate authority: signs what the cluster needs. Its key is RSA where it was made elsewhere (kubeadm), P-256 where it was made here.</summary>
public sealed class CertificateAuthority
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);   // kubeadm: CACertificateValidityPeriod
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5); // kubeadm: CertificateBackdate, for clocks that are behind
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");
    private readonly TimeProvider _clock;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider clock) => (Certificate, _clock) = (certificate, clock);

    /// <summary>The authority's certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate as PEM, for kubeconfigs and the root CA ConfigMaps.</summary>
    public string Pem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>A new authority. P-256: a key takes a fraction of a millisecond to make, against a fifth of a second for RSA-2048.</summary>
    public static CertificateAuthority Create(string commonName, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(DistinguishedName(commonName, []), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(AlternativeNames([commonName], []));
        var now = clock.GetUtcNow();
        return new(request.CreateSelfSigned(now - Backdating, now + Lifetime), clock);
    }

    /// <summary>The authority of a certificate that has its private key.</summary>
    public static CertificateAuthority Of(X509Certificate2 certificate, TimeProvider clock) => new(certificate, clock);

    /// <summary>Makes a key and signs a certificate for it. Never valid longer than the authority itself.</summary>
    /// <returns>The certificate with its key.</returns>
    public X509Certificate2 Issue(CertificateProfile profile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(DistinguishedName(profile.CommonName, profile.Organizations), key, HashAlgorithmName.SHA256);
        using var certificate = Sign(request, profile);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Signs what others have decided about: subject, key, extensions. Never valid longer than the authority itself.</summary>
    /// <returns>The certificate, without a key.</returns>
    /// <exception cref="CryptographicException">The authority itself has ended.</exception>
    public X509Certificate2 Sign(CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var limit = new DateTimeOffset(Certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        if (limit <= _clock.GetUtcNow())
            throw new CryptographicException($"refusing to sign a certificate that expired in the past: {Certificate.Subject} ended at {limit:u}");
        if (Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any())
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        return request.Create(Certificate.SubjectName, SignatureGenerator(), notBefore, notAfter < limit ? notAfter : limit, SerialNumber());
    }

    private X509Certificate2 Sign(CertificateRequest request, CertificateProfile profile)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Usages(profile), false));
        if (profile.DnsNames.Length + profile.Addresses.Length > 0)
            request.CertificateExtensions.Add(AlternativeNames(profile.DnsNames, profile.Addresses));
        var now = _clock.GetUtcNow();
        return Sign(request, now - Backdating, now + profile.Lifetime);
    }

    private X509SignatureGenerator SignatureGenerator() =>
        Certificate.GetECDsaPrivateKey() is { } ec
            ? X509SignatureGenerator.CreateForECDsa(ec)
            : X509SignatureGenerator.CreateForRSA(
                Certificate.GetRSAPrivateKey() ?? throw new CryptographicException($"The key of {Certificate.Subject} is neither RSA nor elliptic curve."),
                RSASignaturePadding.Pkcs1);

    private static OidCollection Usages(CertificateProfile profile)
    {
        var usages = new OidCollection();
        if (profile.ForServer)
            usages.Add(ServerAuth);
        if (profile.ForClient)
            usages.Add(ClientAuth);
        return usages;
    }

    private static X500DistinguishedName DistinguishedName(string commonName, ImmutableArray<string> organizations)
    {
        var name = new X500DistinguishedNameBuilder();
        foreach (var organization in organizations)
            name.AddOrganizationName(organization);
        name.AddCommonName(commonName);
        return name.Build();
    }

    private static X509Extension AlternativeNames(IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNames)
            names.AddDnsName(name);
        foreach (var address in addresses)
            names.AddIpAddress(address);
        return names.Build();
    }

    // RFC 5280, 4.1.2.2: positive, at most 20 octets, and hard to guess
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
