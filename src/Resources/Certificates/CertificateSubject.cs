using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Resources.Certificates;

/// <summary>The parts of the subject of a certificate, or of a request for one, that name a user: CN, every O, and the uid attribute.</summary>
/// <param name="CommonName">The user's name.</param>
/// <param name="Organizations">The user's groups.</param>
/// <param name="Uid">The user's uid, or empty.</param>
/// <param name="UidCount">How many uid attributes there are; more than one is no good.</param>
public readonly record struct CertificateSubject(string CommonName, ImmutableArray<string> Organizations, string Uid, int UidCount)
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    // client-go: pkg/identity, the Kubernetes arc of x509 attributes (AllowParsingUserUIDFromCertAuth)
    private const string UidOid = "1.3.6.1.4.1.57683.2";

    /// <summary>Reads them. Upstream takes the last CN where there are several, as Go's pkix.Name does.</summary>
    public static CertificateSubject Of(X509Certificate2 certificate) => Of(certificate.SubjectName);

    /// <summary>Reads them.</summary>
    public static CertificateSubject Of(X500DistinguishedName subject)
    {
        var (commonName, uid, uids) = ("", "", 0);
        var organizations = ImmutableArray.CreateBuilder<string>();
        foreach (var (oid, value) in Attributes(subject))
        {
            switch (oid)
            {
                case CommonNameOid: commonName = value; break;
                case OrganizationOid: organizations.Add(value); break;
                case UidOid: (uid, uids) = (value, uids + 1); break;
            }
        }

        return new CertificateSubject(commonName, organizations.ToImmutable(), uid, uids);
    }

    /// <summary>All attributes of a name whose values are text, in its order.</summary>
    public static IReadOnlyList<(string Oid, string Value)> Attributes(X500DistinguishedName subject)
    {
        // X500DistinguishedName.EnumerateRelativeDistinguishedNames refuses RDNs of several values; those are legal (RFC 5280, 4.1.2.4)
        var found = new List<(string, string)>();
        var rdns = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
        while (rdns.HasData)
        {
            var rdn = rdns.ReadSetOf();
            while (rdn.HasData)
            {
                var attribute = rdn.ReadSequence();
                var oid = attribute.ReadObjectIdentifier();
                if (Text(attribute) is { } text)
                    found.Add((oid, text));
            }
        }

        return found;
    }

    private static string? Text(AsnReader attribute)
    {
        var tag = attribute.PeekTag();
        return tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is
            UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String
            or UniversalTagNumber.T61String or UniversalTagNumber.BMPString or UniversalTagNumber.NumericString
            ? attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue)
            : null;
    }
}
