using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Believes the X-Remote-* headers of a proxy that shows a certificate of the front-proxy authority (apiserver: pkg/authentication/request/headerrequest).</summary>
/// <param name="proxies">Checks the proxy's certificate.</param>
/// <param name="allowedNames">The names that the proxy's certificate may have; any where empty (kube-apiserver: --requestheader-allowed-names).</param>
internal sealed class FrontProxyAuthenticator(ClientCertificateAuthenticator proxies, ImmutableArray<string> allowedNames) : IAuthenticator
{
    // kubeadm: --requestheader-{username,group,uid}-headers and --requestheader-extra-headers-prefix
    private const string UserHeader = "X-Remote-User";
    private const string GroupHeader = "X-Remote-Group";
    private const string UidHeader = "X-Remote-Uid";
    private const string ExtraPrefix = "X-Remote-Extra-";

    /// <inheritdoc/>
    public ValueTask<Authentication> AuthenticateAsync(HttpContext http, CancellationToken cancel) => new(Authenticate(http));

    private Authentication Authenticate(HttpContext http)
    {
        var name = http.Request.Headers[UserHeader].ToString();
        if (name.Length == 0 || http.Connection.ClientCertificate is not { } certificate)
            return Authentication.Unknown;
        if (proxies.Authenticate(certificate).User is not { } proxy)
            return Authentication.Unknown; // some other client's certificate: the next authenticators look at it, the headers count for nothing
        if (!allowedNames.IsEmpty && !allowedNames.Contains(proxy.Name))
            return Authentication.Refused($"x509: subject with cn={proxy.Name} is not in the allowed list");

        var user = new UserInfo(name, http.Request.Headers[UidHeader].ToString(), [.. http.Request.Headers[GroupHeader].OfType<string>()], Extra(http.Request.Headers));
        RemoveHeaders(http.Request.Headers);
        return Authentication.Is(user);
    }

    private static ImmutableDictionary<string, ImmutableArray<string>> Extra(IHeaderDictionary headers) => headers
        .Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
        .ToImmutableDictionary(
            header => Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..].ToLowerInvariant()),
            header => header.Value.OfType<string>().ToImmutableArray(),
            StringComparer.Ordinal);

    private static void RemoveHeaders(IHeaderDictionary headers)
    {
        foreach (var key in headers.Keys.Where(key => key.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase)).ToArray())
            headers.Remove(key);
    }
}
