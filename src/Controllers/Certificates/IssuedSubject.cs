using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Resources.Certificates;

namespace ControlPlane.Controllers.Certificates;

/// <summary>
/// The subject of an issued certificate: of what was asked for, the attributes that Go's pkix.Name knows, in its order. Others are dropped, so that nobody gets a
/// uid by asking for one: the API server reads users' uids out of certificates.
/// </summary>
internal static class IssuedSubject
{
    private const string CommonName = "2.5.4.3";
    private const string SerialNumber = "2.5.4.5";

    // Country, organization, unit, locality, province, street, postal code.
    private static readonly string[] Lists = ["2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.17"];

    /// <summary>The subject for a request.</summary>
    public static X500DistinguishedName Of(SigningRequest request)
    {
        var asked = CertificateSubject.Attributes(request.SubjectName);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var oid in Lists)
                Write(writer, oid, [.. asked.Where(attribute => attribute.Oid == oid).Select(attribute => attribute.Value)]);
            Write(writer, CommonName, Last(asked, CommonName));
            Write(writer, SerialNumber, Last(asked, SerialNumber));
        }

        return new X500DistinguishedName(writer.Encode());
    }

    private static string[] Last(IReadOnlyList<(string Oid, string Value)> asked, string oid) =>
        asked.LastOrDefault(attribute => attribute.Oid == oid).Value is { Length: > 0 } value ? [value] : [];

    // The values of one attribute form one set.
    private static void Write(AsnWriter writer, string oid, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        using (writer.PushSetOf())
        {
            foreach (var value in values)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(value.All(IsPrintable) ? UniversalTagNumber.PrintableString : UniversalTagNumber.UTF8String, value);
                }
            }
        }
    }

    // X.680, 41.4: PrintableString
    private static bool IsPrintable(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '\'' or '(' or ')' or '+' or ',' or '-' or '.' or '/' or ':' or '=' or '?';
}
