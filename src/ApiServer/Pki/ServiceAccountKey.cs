using System.Security.Cryptography;

namespace ControlPlane.ApiServer.Pki;

/// <summary>A key that service account tokens are signed or checked with.</summary>
/// <remarks>Made here it is P-256 (tokens are ES256, signed several times faster than RS256); a key brought along by kubeadm is RSA and used as it is.</remarks>
public sealed class ServiceAccountKey
{
    private ServiceAccountKey(ECDsa? ec, RSA? rsa, bool isPrivate)
    {
        (Ec, Rsa, IsPrivate) = (ec, rsa, isPrivate);
        Id = Base64Url(SHA256.HashData(ec?.ExportSubjectPublicKeyInfo() ?? rsa!.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>The key, where it is elliptic.</summary>
    internal ECDsa? Ec { get; }

    /// <summary>The key, where it is RSA.</summary>
    internal RSA? Rsa { get; }

    /// <summary>Can it sign?</summary>
    public bool IsPrivate { get; }

    /// <summary>The "kid" of tokens and of the published key set: the hash of the public key (pkg/serviceaccount: keyIDFromPublicKey).</summary>
    public string Id { get; }

    /// <summary>"ES256", "ES384", "ES512" or "RS256".</summary>
    internal string Algorithm => Ec?.KeySize switch { null => "RS256", 256 => "ES256", 384 => "ES384", _ => "ES512" };

    /// <summary>A new key.</summary>
    public static ServiceAccountKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), null, true);

    /// <summary>Reads a private or public key.</summary>
    /// <exception cref="CryptographicException">The text is no key that tokens can be signed with.</exception>
    public static ServiceAccountKey FromPem(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var found))
            throw new CryptographicException("There is no PEM block in the service account key.");
        var isPrivate = pem[found.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal);
        if (ReadEc(pem) is { } ec)
            return new(ec, null, isPrivate);
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new(null, rsa, isPrivate);
        }
        catch (ArgumentException e)
        {
            rsa.Dispose();
            throw new CryptographicException("The service account key is neither RSA nor elliptic curve.", e);
        }
    }

    /// <summary>The private key as PEM.</summary>
    public string PrivatePem => (Ec?.ExportECPrivateKeyPem() ?? Rsa!.ExportRSAPrivateKeyPem()) + "\n";

    /// <summary>The public key as PEM.</summary>
    public string PublicPem => (Ec?.ExportSubjectPublicKeyInfoPem() ?? Rsa!.ExportSubjectPublicKeyInfoPem()) + "\n";

    internal static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static ECDsa? ReadEc(string pem)
    {
        var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
            return ec;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            ec.Dispose();
            return null; // an RSA key; tried next
        }
    }
}
