using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Resources.Core.BootstrapTokens;

/// <summary>
/// The ConfigMap from which a machine that knows nothing but a token learns whom to trust: anybody may read it, and it is signed with each token, so that a
/// reader can tell that it comes from somebody who knows the token, too.
/// </summary>
/// <remarks>A signature is a JWS (RFC 7515) with its middle part, the content itself, left out: HEADER..SIGNATURE (k8s.io/cluster-bootstrap: token/jws).</remarks>
public static class ClusterInfo
{
    /// <summary>Where it is.</summary>
    public const string Namespace = "kube-public";

    /// <summary>Its name.</summary>
    public const string Name = "cluster-info";

    /// <summary>The key of what is signed: a kubeconfig without users.</summary>
    public const string ContentKey = "kubeconfig";

    /// <summary>The keys of signatures begin so; the token's id follows.</summary>
    public const string SignaturePrefix = "jws-kubeconfig-";

    /// <summary>The signature of a content with a token.</summary>
    public static string Sign(string content, BootstrapToken token)
    {
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"HS256","kid":"{{token.Id}}"}"""));
        var signed = $"{header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(content))}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(token.Secret), Encoding.UTF8.GetBytes(signed));
        return $"{header}..{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Was that content signed with that token?</summary>
    public static bool IsSignature(string signature, string content, BootstrapToken token) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(Sign(content, token)));
}
