using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core.BootstrapTokens;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Reads the data of a Secret in kube-system; null where there is none, it is being deleted, or it is not of the wanted type.</summary>
internal delegate ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?> FindSecretData(string name, string type, CancellationToken cancel);

/// <summary>Knows the tokens with which new nodes join: "id.secret", kept in the Secret bootstrap-token-id (plugin/pkg/auth/authenticator/token/bootstrap).</summary>
internal sealed class BootstrapTokenAuthenticator(FindSecretData findSecret, TimeProvider clock) : ITokenAuthenticator
{
    private const string Group = "system:bootstrappers";

    /// <inheritdoc/>
    public async ValueTask<TokenAuthentication> AuthenticateTokenAsync(string token, ImmutableArray<string> audiences, CancellationToken cancel)
    {
        if (!BootstrapToken.TryParse(token, out var parsed))
            return TokenAuthentication.Unknown;
        var (id, secret) = parsed.Value;
        var data = await findSecret(BootstrapTokenSecret.NamePrefix + id, BootstrapTokenSecret.Type, cancel);
        // Whatever is wrong, upstream answers as if it had never heard of the token: a guesser learns nothing.
        if (data is null || !HasSecret(data, id, secret) || Text(data, "usage-bootstrap-authentication") != "true" || IsExpired(data))
            return TokenAuthentication.Unknown;
        if (Groups(data) is not { } groups)
            return TokenAuthentication.Unknown;
        return new TokenAuthentication(Authentication.Is(UserInfo.Of($"system:bootstrap:{id}", groups)), audiences, DateTimeOffset.MaxValue);
    }

    private static bool HasSecret(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> data, string id, string secret) =>
        Text(data, "token-id") == id
        && data.TryGetValue("token-secret", out var wanted)
        && CryptographicOperations.FixedTimeEquals(wanted.Span, Encoding.ASCII.GetBytes(secret));

    private bool IsExpired(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> data) =>
        Text(data, "expiration") is { Length: > 0 } text
        && !(Timestamp.TryParse(text, out var end) && end > Timestamp.From(clock.GetUtcNow()));

    private static ImmutableArray<string>? Groups(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> data)
    {
        var extra = Text(data, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries);
        return Array.TrueForAll(extra, group => BootstrapTokenSecret.IsGroup(group)) ? [Group, .. extra.Distinct().Order(StringComparer.Ordinal)] : null;
    }

    private static string Text(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> data, string key) =>
        data.TryGetValue(key, out var bytes) ? Encoding.UTF8.GetString(bytes.Span) : "";
}
