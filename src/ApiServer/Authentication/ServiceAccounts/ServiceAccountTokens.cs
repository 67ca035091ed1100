using System.Collections.Immutable;
using System.Text;
using ControlPlane.ApiServer.Pki;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ControlPlane.ApiServer.Authentication.ServiceAccounts;

/// <summary>Makes service account tokens: what serviceaccounts/token answers with (pkg/registry/core/serviceaccount/storage/token.go).</summary>
internal sealed class ServiceAccountTokens
{
    /// <summary>What projected volumes ask for (serviceaccount admission). Asked for by a pod for the API server itself, it means: up to a year, with a warning after this.</summary>
    public const long WarnOnlySeconds = 3607; // pkg/serviceaccount: WarnOnlyBoundTokenExpirationSeconds

    private const long ExtensionSeconds = 365 * 24 * 3600; // pkg/serviceaccount: ExpirationExtensionSeconds
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _credentials;
    private readonly TimeProvider _clock;
    private readonly bool _extendsExpiration;

    /// <summary>Signs with this key.</summary>
    /// <param name="key">The private key.</param>
    /// <param name="issuer">kube-apiserver: --service-account-issuer</param>
    /// <param name="apiAudiences">kube-apiserver: --api-audiences</param>
    /// <param name="extendsExpiration">kube-apiserver: --service-account-extend-token-expiration</param>
    /// <param name="clock">The time of issue.</param>
    public ServiceAccountTokens(ServiceAccountKey key, string issuer, ImmutableArray<string> apiAudiences, bool extendsExpiration, TimeProvider clock)
    {
        (Issuer, ApiAudiences, _extendsExpiration, _clock) = (issuer, apiAudiences, extendsExpiration, clock);
        _credentials = new SigningCredentials(SecurityKeyOf(key), key.Algorithm);
    }

    /// <summary>Whose tokens these are.</summary>
    public string Issuer { get; }

    /// <summary>What the API server itself answers to.</summary>
    public ImmutableArray<string> ApiAudiences { get; }

    /// <summary>Signs a token.</summary>
    /// <returns>The token, and the end that the client is told: an extended token ends later than that.</returns>
    public MintedToken Mint(TokenOrder order)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var audiences = order.Audiences.IsEmpty ? ApiAudiences : order.Audiences;
        var isExtended = _extendsExpiration && order.Pod is not null && order.ExpirationSeconds == WarnOnlySeconds && IsForApi(audiences);
        var claims = new ServiceAccountClaims
        {
            Issuer = Issuer,
            Audiences = audiences,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + (isExtended ? ExtensionSeconds : order.ExpirationSeconds),
            WarnAfter = isExtended ? now + order.ExpirationSeconds : 0,
            Id = Guid.NewGuid().ToString(),
            Subject = $"system:serviceaccount:{order.Namespace}:{order.ServiceAccount.Name}",
            Namespace = order.Namespace,
            ServiceAccount = order.ServiceAccount,
            Pod = order.Pod,
            Secret = order.Secret,
            Node = order.Node,
        };
        var token = _handler.CreateToken(Encoding.UTF8.GetString(claims.Write()), _credentials);
        return new MintedToken(token, DateTimeOffset.FromUnixTimeSeconds(now + order.ExpirationSeconds), claims.Id);
    }

    internal static SecurityKey SecurityKeyOf(ServiceAccountKey key) => key.Ec is { } ec
        ? new ECDsaSecurityKey(ec) { KeyId = key.Id }
        : new RsaSecurityKey(key.Rsa!) { KeyId = key.Id };

    private bool IsForApi(ImmutableArray<string> audiences) => audiences.All(audience => ApiAudiences.Contains(audience));
}

/// <summary>What is asked of <see cref="ServiceAccountTokens.Mint"/>; already validated.</summary>
/// <param name="Namespace">The account's namespace.</param>
/// <param name="ServiceAccount">The account.</param>
/// <param name="Audiences">Whom the token is for; the API server where empty.</param>
/// <param name="ExpirationSeconds">How long it shall live; 600 at least.</param>
/// <param name="Pod">The pod that it ends with; null for none.</param>
/// <param name="Secret">The secret that it ends with; null for none.</param>
/// <param name="Node">The node that it ends with, or that the pod runs on; null for none.</param>
internal sealed record TokenOrder(
    string Namespace,
    ClaimedObject ServiceAccount,
    ImmutableArray<string> Audiences,
    long ExpirationSeconds,
    ClaimedObject? Pod = null,
    ClaimedObject? Secret = null,
    ClaimedObject? Node = null);

/// <summary>A signed token.</summary>
/// <param name="Token">As sent.</param>
/// <param name="Expires">The end, as told to the client.</param>
/// <param name="Id">Its jti, for the audit annotation authentication.kubernetes.io/issued-credential-id.</param>
internal sealed record MintedToken(string Token, DateTimeOffset Expires, string Id);
