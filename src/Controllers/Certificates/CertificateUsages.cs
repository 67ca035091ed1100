using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Controllers.Certificates;

/// <summary>The usages of spec.usages as extensions of a certificate (pkg/controller/certificates/authority/policies.go).</summary>
internal static class CertificateUsages
{
    /// <summary>The two extensions, as far as there is something to say in them.</summary>
    /// <exception cref="FormatException">A usage is not known.</exception>
    public static IEnumerable<X509Extension> Extensions(IReadOnlyCollection<string> usages)
    {
        var (flags, purposes) = (X509KeyUsageFlags.None, new SortedDictionary<int, string>());
        foreach (var usage in usages)
        {
            if (Flag(usage) is { } flag)
                flags |= flag;
            else if (Purpose(usage) is { } purpose)
                purposes[purpose.Order] = purpose.Oid;
            else
                throw new FormatException($"unrecognized usage values: [\"{usage}\"]");
        }

        if (flags != X509KeyUsageFlags.None)
            yield return new X509KeyUsageExtension(flags, critical: true);
        var oids = new OidCollection();
        foreach (var oid in purposes.Values)
            oids.Add(new Oid(oid));
        if (oids.Count > 0)
            yield return new X509EnhancedKeyUsageExtension(oids, critical: false);
    }

    private static X509KeyUsageFlags? Flag(string usage) => usage switch
    {
        "signing" or "digital signature" => X509KeyUsageFlags.DigitalSignature,
        "content commitment" => X509KeyUsageFlags.NonRepudiation,
        "key encipherment" => X509KeyUsageFlags.KeyEncipherment,
        "key agreement" => X509KeyUsageFlags.KeyAgreement,
        "data encipherment" => X509KeyUsageFlags.DataEncipherment,
        "cert sign" => X509KeyUsageFlags.KeyCertSign,
        "crl sign" => X509KeyUsageFlags.CrlSign,
        "encipher only" => X509KeyUsageFlags.EncipherOnly,
        "decipher only" => X509KeyUsageFlags.DecipherOnly,
        _ => null,
    };

    // In the order of Go's crypto/x509.ExtKeyUsage.
    private static (int Order, string Oid)? Purpose(string usage) => usage switch
    {
        "any" => (0, "2.5.29.37.0"),
        "server auth" => (1, "1.3.6.1.5.5.7.3.1"),
        "client auth" => (2, "1.3.6.1.5.5.7.3.2"),
        "code signing" => (3, "1.3.6.1.5.5.7.3.3"),
        "email protection" or "s/mime" => (4, "1.3.6.1.5.5.7.3.4"),
        "ipsec end system" => (5, "1.3.6.1.5.5.7.3.5"),
        "ipsec tunnel" => (6, "1.3.6.1.5.5.7.3.6"),
        "ipsec user" => (7, "1.3.6.1.5.5.7.3.7"),
        "timestamping" => (8, "1.3.6.1.5.5.7.3.8"),
        "ocsp signing" => (9, "1.3.6.1.5.5.7.3.9"),
        "microsoft sgc" => (10, "1.3.6.1.4.1.311.10.3.3"),
        "netscape sgc" => (11, "2.16.840.1.113730.4.1"),
        _ => null,
    };
}
