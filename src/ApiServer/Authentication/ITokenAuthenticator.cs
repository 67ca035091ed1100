using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Knows one kind of bearer token: service accounts', bootstrap tokens. Used for requests and for TokenReviews alike.</summary>
internal interface ITokenAuthenticator
{
    /// <summary>Whose token it is.</summary>
    /// <param name="token">The token as sent.</param>
    /// <param name="audiences">The token must be meant for one of these.</param>
    /// <param name="cancel">Ends the lookups.</param>
    ValueTask<TokenAuthentication> AuthenticateTokenAsync(string token, ImmutableArray<string> audiences, CancellationToken cancel);
}

/// <summary>What a token told.</summary>
/// <param name="Result">Whose it is; unknown when it is no token of this kind; refused when it is one and no good.</param>
/// <param name="Audiences">Which of the wanted audiences it is meant for.</param>
/// <param name="Expires">When it ends by itself, so that nothing remembers it longer.</param>
internal readonly record struct TokenAuthentication(Authentication Result, ImmutableArray<string> Audiences, DateTimeOffset Expires)
{
    /// <summary>No token of this kind.</summary>
    public static TokenAuthentication Unknown => new(Authentication.Unknown, [], DateTimeOffset.MaxValue);

    /// <summary>A token of this kind that is no good.</summary>
    public static TokenAuthentication Refused(string why) => new(Authentication.Refused(why), [], DateTimeOffset.MaxValue);
}
