using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ControlPlane.ApiServer.Pki;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ControlPlane.ApiServer.Authentication.ServiceAccounts;

/// <summary>Knows service accounts by tokens that this cluster signed, as long as what they are bound to is there (pkg/serviceaccount/{jwt,claims}.go).</summary>
internal sealed class ServiceAccountTokenAuthenticator : ITokenAuthenticator
{
    private const long LeewaySeconds = 60; // go-jose: jwt.DefaultLeeway, and how long after its deletion an object's tokens still count
    private const string PodNameKey = "authentication.kubernetes.io/pod-name";
    private const string PodUidKey = "authentication.kubernetes.io/pod-uid";
    private const string NodeNameKey = "authentication.kubernetes.io/node-name";
    private const string NodeUidKey = "authentication.kubernetes.io/node-uid";
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = 64 * 1024 }; // a header is at most a megabyte; no honest token is larger than this
    private readonly TokenValidationParameters _signatures;
    private readonly ImmutableArray<string> _issuers;
    private readonly FindBoundObject _find;
    private readonly TimeProvider _clock;

    /// <summary>Accepts tokens of these issuers, signed with one of these keys.</summary>
    public ServiceAccountTokenAuthenticator(ImmutableArray<ServiceAccountKey> keys, ImmutableArray<string> issuers, FindBoundObject find, TimeProvider clock)
    {
        (_issuers, _find, _clock) = (issuers, find, clock);
        // Issuer, audience and times are checked below, with upstream's leeway and texts.
        _signatures = new TokenValidationParameters
        {
            IssuerSigningKeys = keys.Select(ServiceAccountTokens.SecurityKeyOf).ToArray(),
            ValidAlgorithms = keys.Select(key => key.Algorithm).Distinct().ToArray(),
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
            TryAllIssuerSigningKeys = true,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<TokenAuthentication> AuthenticateTokenAsync(string token, ImmutableArray<string> audiences, CancellationToken cancel)
    {
        if (Parse(token) is not { } claims)
            return TokenAuthentication.Unknown; // somebody else's: another authenticator may know it
        if (!(await _handler.ValidateTokenAsync(token, _signatures)).IsValid)
            return TokenAuthentication.Refused("failed to verify the signature of the service account token");
        ImmutableArray<string> meantFor = [.. audiences.Where(audience => claims.Audiences.Contains(audience))];
        if (meantFor.IsEmpty)
            return TokenAuthentication.Refused($"token audiences {Show(claims.Audiences)} is invalid for the target audiences {Show(audiences)}");
        if (CheckTimes(claims) is { } wrongTime)
            return TokenAuthentication.Refused(wrongTime);
        if (await CheckBoundAsync(claims, cancel) is { } gone)
            return TokenAuthentication.Refused(gone);
        var result = Authentication.Is(UserOf(claims)) with { StaleToken = Staleness(claims) };
        return new TokenAuthentication(result, meantFor, DateTimeOffset.FromUnixTimeSeconds(claims.Expires));
    }

    private ServiceAccountClaims? Parse(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !System.Buffers.Text.Base64Url.IsValid(parts[1]))
            return null;
        var claims = ServiceAccountClaims.Read(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        return claims is not null && _issuers.Contains(claims.Issuer) ? claims : null;
    }

    private string? CheckTimes(ServiceAccountClaims claims)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        return now - LeewaySeconds > claims.Expires ? "service account token has expired"
            : now + LeewaySeconds < claims.NotBefore ? "service account token is not valid yet"
            : now + LeewaySeconds < claims.IssuedAt ? "service account token is issued in the future"
            : null;
    }

    private async ValueTask<string?> CheckBoundAsync(ServiceAccountClaims claims, CancellationToken cancel)
    {
        if (await CheckAsync(BoundObjectKind.ServiceAccount, claims.Namespace, claims.ServiceAccount, cancel) is { } account)
            return account;
        if (claims.Secret is { } secret && await CheckAsync(BoundObjectKind.Secret, claims.Namespace, secret, cancel) is { } secretGone)
            return secretGone;
        if (claims.Pod is { } pod)
            return await CheckAsync(BoundObjectKind.Pod, claims.Namespace, pod, cancel); // where the pod runs is told, not checked
        return claims.Node is { } node ? await CheckAsync(BoundObjectKind.Node, "", node, cancel) : null;
    }

    private async ValueTask<string?> CheckAsync(BoundObjectKind kind, string @namespace, ClaimedObject claimed, CancellationToken cancel)
    {
        var found = await _find(kind, @namespace, claimed.Name, cancel);
        var what = kind.ToString().ToLowerInvariant();
        return found is null ? $"{what} {claimed.Name} not found; service account token has been invalidated"
            : found.Uid != claimed.Uid ? $"{what} UID ({found.Uid}) does not match claim ({claimed.Uid}); service account token has been invalidated"
            : found.DeletedAt is { } deleted && deleted < _clock.GetUtcNow().AddSeconds(-LeewaySeconds) ? "service account token has been invalidated"
            : null;
    }

    private string? Staleness(ServiceAccountClaims claims)
    {
        var late = _clock.GetUtcNow().ToUnixTimeSeconds() - claims.WarnAfter;
        return claims.WarnAfter == 0 || late <= 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"subject: {claims.Subject}, seconds after warning threshold: {late}");
    }

    private static UserInfo UserOf(ServiceAccountClaims claims)
    {
        var extra = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        if (claims.Id.Length > 0)
            extra[UserInfo.CredentialIdKey] = [$"JTI={claims.Id}"];
        if (claims.Pod is { } pod)
            (extra[PodNameKey], extra[PodUidKey]) = ([pod.Name], [pod.Uid]);
        if (claims.Node is { } node)
            (extra[NodeNameKey], extra[NodeUidKey]) = ([node.Name], [node.Uid]);
        return UserInfo.ServiceAccount(claims.Namespace, claims.ServiceAccount.Name) with { Uid = claims.ServiceAccount.Uid, Extra = extra.ToImmutable() };
    }

    private static string Show(ImmutableArray<string> audiences) => new StringBuilder("[").AppendJoin(' ', audiences.Select(a => $"\"{a}\"")).Append(']').ToString();
}
