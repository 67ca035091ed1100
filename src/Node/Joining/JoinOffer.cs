using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Resources.Core.BootstrapTokens;

namespace ControlPlane.Node.Joining;

/// <summary>With what a machine that has no credentials yet wants to join.</summary>
public sealed record JoinOffer
{
    private const string HashForm = "sha256:";

    /// <summary>Where the server is.</summary>
    public required Uri Server { get; init; }

    /// <summary>Lets it ask for a certificate.</summary>
    public required BootstrapToken Token { get; init; }

    /// <summary>The cluster's authority where it is known, PEM; null to learn it from the server's cluster-info.</summary>
    public string? AuthorityPem { get; init; }

    /// <summary>Public keys that the authority may have, "sha256:HEX" of the SubjectPublicKeyInfo (kubeadm: --discovery-token-ca-cert-hash); empty for any that the token proves.</summary>
    public IReadOnlyList<string> AuthorityHashes { get; init; } = [];

    /// <summary>The hash of a certificate's public key, in that form.</summary>
    public static string HashOf(X509Certificate2 certificate) =>
        HashForm + Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>What is wrong with a hash as somebody typed it; null when nothing is.</summary>
    public static string? HashComplaint(string hash) =>
        hash.StartsWith(HashForm, StringComparison.Ordinal) && hash.Length == HashForm.Length + 64 && hash[HashForm.Length..].All(char.IsAsciiHexDigit)
            ? null
            : $"\"{hash}\" is not the hash of a public key: it must be sha256: and 64 hexadecimal digits";
}
