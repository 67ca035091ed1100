using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Knows callers by their bearer token: asks each <see cref="ITokenAuthenticator"/> in turn and remembers good answers for a few seconds.</summary>
internal sealed class BearerTokenAuthenticator(
    ImmutableArray<ITokenAuthenticator> authenticators, ImmutableArray<string> apiAudiences, TokenCache cache) : IAuthenticator
{
    /// <summary>The audiences that the API server itself answers to.</summary>
    public ImmutableArray<string> ApiAudiences => apiAudiences;

    /// <inheritdoc/>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext http, CancellationToken cancel)
    {
        var token = BearerToken.Take(http.Request, out var malformed);
        if (malformed is not null)
            return Authentication.Refused(malformed);
        if (token is null)
            return Authentication.Unknown;
        if (cache.Find(token) is { } known)
            return known;

        var found = await AuthenticateTokenAsync(token, apiAudiences, cancel);
        if (found.Result.User is not null)
            cache.Add(token, found.Result, found.Expires);
        return found.Result;
    }

    /// <summary>Whose token it is; refused when nobody knows it. Not cached: TokenReviews see revocations at once.</summary>
    public async ValueTask<TokenAuthentication> AuthenticateTokenAsync(string token, ImmutableArray<string> audiences, CancellationToken cancel)
    {
        var refusals = new List<string> { "invalid bearer token" };
        foreach (var authenticator in authenticators)
        {
            var found = await authenticator.AuthenticateTokenAsync(token, audiences, cancel);
            if (found.Result.User is not null)
                return found;
            if (found.Result.Refusal is { } why)
                refusals.Add(why);
        }

        return TokenAuthentication.Refused(refusals.Count == 1 ? refusals[0] : $"[{string.Join(", ", refusals)}]");
    }
}
