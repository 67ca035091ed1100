using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Impersonation;

/// <summary>Whom a request wants to act as.</summary>
/// <param name="User">Impersonate-User</param>
/// <param name="Uid">Impersonate-Uid</param>
/// <param name="Groups">Impersonate-Group, each</param>
/// <param name="Extra">Impersonate-Extra-KEY, with the key decoded</param>
internal sealed record ImpersonationHeaders(
    string User, string Uid, ImmutableArray<string> Groups, ImmutableDictionary<string, ImmutableArray<string>> Extra)
{
    private const string Prefix = "Impersonate-";
    private const string UserHeader = "Impersonate-User";
    private const string UidHeader = "Impersonate-Uid";
    private const string GroupHeader = "Impersonate-Group";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>The account, where the user is one.</summary>
    public (string Namespace, string Name)? ServiceAccount =>
        User.Split(':') is ["system", "serviceaccount", { Length: > 0 } @namespace, { Length: > 0 } name] ? (@namespace, name) : null;

    /// <summary>Reads them; null where the request wants nothing of the kind.</summary>
    /// <exception cref="ApiException">400: groups, a uid or extra values without a user.</exception>
    public static ImpersonationHeaders? Read(IHeaderDictionary headers)
    {
        var user = headers[UserHeader].ToString();
        var uid = headers[UidHeader].ToString();
        ImmutableArray<string> groups = [.. headers[GroupHeader].OfType<string>()];
        var extra = headers
            .Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            .ToImmutableDictionary(
                header => Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..].ToLowerInvariant()),
                header => header.Value.OfType<string>().ToImmutableArray(),
                StringComparer.Ordinal);
        if (user.Length > 0)
            return new ImpersonationHeaders(user, uid, groups, extra);
        return uid.Length == 0 && groups.IsEmpty && extra.IsEmpty
            ? null
            : throw ApiError.BadRequest("requested impersonation of groups, a uid or extra attributes without impersonating a user");
    }

    /// <summary>The client's headers must not reach what is behind: proxies would take them at their word.</summary>
    public static void Remove(IHeaderDictionary headers)
    {
        foreach (var key in headers.Keys.Where(key => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).ToArray())
            headers.Remove(key);
    }

    /// <summary>What the real user must be allowed, one by one.</summary>
    public IEnumerable<AuthorizationAttributes> NeededRights(UserInfo by)
    {
        yield return ServiceAccount is { } account
            ? Right(by, "", "serviceaccounts", "", account.Namespace, account.Name)
            : Right(by, "", "users", "", "", User);
        if (Uid.Length > 0)
            yield return Right(by, AuthenticationGroup, "uids", "", "", Uid);
        foreach (var group in Groups)
            yield return Right(by, "", "groups", "", "", group);
        foreach (var (key, values) in Extra)
        {
            foreach (var value in values)
                yield return Right(by, AuthenticationGroup, "userextras", key, "", value);
        }
    }

    private static AuthorizationAttributes Right(UserInfo by, string group, string resource, string subresource, string @namespace, string name) =>
        new(by, "impersonate", group, "v1", resource, subresource, @namespace, name, "");
}
