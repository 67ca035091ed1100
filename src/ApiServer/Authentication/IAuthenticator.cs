using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Finds out who makes a request, by one kind of credential. Authenticators stand in a list; the first that knows the caller decides.</summary>
internal interface IAuthenticator
{
    /// <summary>Who it is; <see cref="Authentication.Unknown"/> when this kind of credential is not there; refused when it is there and wrong.</summary>
    ValueTask<Authentication> AuthenticateAsync(HttpContext http, CancellationToken cancel);
}

/// <summary>What an authenticator found.</summary>
/// <param name="User">The caller; null where unknown or refused.</param>
/// <param name="Refusal">Why the credential is no good (for the log, never for the caller); null otherwise.</param>
internal readonly record struct Authentication(UserInfo? User, string? Refusal)
{
    /// <summary>No credential of this kind.</summary>
    public static Authentication Unknown => default;

    /// <summary>For the audit log: how long ago the token should have been replaced by a newer one; null where it need not be.</summary>
    public string? StaleToken { get; init; }

    /// <summary>It is this user.</summary>
    public static Authentication Is(UserInfo user) => new(user, null);

    /// <summary>There is a credential, and it is no good.</summary>
    public static Authentication Refused(string why) => new(null, why);
}
