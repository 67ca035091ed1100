using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.Resources.Certificates;

/// <summary>What stands in spec.request: a PKCS#10 request as PEM, read and its signature checked.</summary>
public sealed class SigningRequest
{
    private const string Label = "CERTIFICATE REQUEST";

    private SigningRequest(CertificateRequest request)
    {
        SubjectName = request.SubjectName;
        Subject = CertificateSubject.Of(request.SubjectName);
        PublicKey = request.PublicKey;
        var names = request.CertificateExtensions.FirstOrDefault(static extension => extension.Oid?.Value == AlternativeNames.Oid);
        Names = names is null ? AlternativeNames.None : AlternativeNames.Read(names.RawData);
    }

    /// <summary>Whom the certificate shall name, as it was sent.</summary>
    public X500DistinguishedName SubjectName { get; }

    /// <summary>The parts of it that name a user.</summary>
    public CertificateSubject Subject { get; }

    /// <summary>The key that the certificate is for; who asks has its private half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Under which further names the owner is reached.</summary>
    public AlternativeNames Names { get; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="FormatException">It is none, or its signature is wrong; the message is what the API tells.</exception>
    public static SigningRequest Parse(ReadOnlySpan<byte> pem)
    {
        var text = Encoding.UTF8.GetString(pem);
        if (!PemEncoding.TryFind(text, out var found) || text[found.Label] != Label)
            throw new FormatException($"PEM block type must be {Label}");
        var der = new byte[found.DecodedDataLength];
        if (!Convert.TryFromBase64String(text[found.Base64Data], der, out var length))
            throw new FormatException($"PEM block type must be {Label}");
        try
        {
            return new SigningRequest(Load(der.AsSpan(0, length), CertificateRequestLoadOptions.Default));
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException or NotSupportedException or ArgumentException)
        {
            throw new FormatException(WhyNot(der.AsSpan(0, length)), malformed);
        }
    }

    private static CertificateRequest Load(ReadOnlySpan<byte> der, CertificateRequestLoadOptions options)
    {
        var request = CertificateRequest.LoadSigningRequest(
            der, HashAlgorithmName.SHA256, out var read, options | CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        return read == der.Length ? request : throw new CryptographicException("trailing data");
    }

    // Go's words (crypto/x509), as far as the cause can be told.
    private static string WhyNot(ReadOnlySpan<byte> der)
    {
        try
        {
            return Load(der, CertificateRequestLoadOptions.SkipSignatureValidation).PublicKey.Oid.Value switch
            {
                "1.2.840.10045.2.1" => "x509: ECDSA verification failure",
                "1.2.840.113549.1.1.1" => "crypto/rsa: verification error",
                _ => "x509: cannot verify signature: algorithm unimplemented",
            };
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException or NotSupportedException or ArgumentException)
        {
            return "asn1: structure error: not a certificate request";
        }
    }
}
