using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Finds the bearer token of a request: in the Authorization header, or among the WebSocket subprotocols, for browsers can set no headers there.</summary>
internal static class BearerToken
{
    private const string ProtocolPrefix = "base64url.bearer.authorization.k8s.io.";

    /// <summary>The token; null where there is none.</summary>
    /// <param name="request">The request. A token among its subprotocols is taken out, so that it is never echoed to the client.</param>
    /// <param name="malformed">Why a subprotocol that should hold a token does not; null otherwise.</param>
    public static string? Take(HttpRequest request, out string? malformed)
    {
        malformed = null;
        return FromHeader(request.Headers.Authorization.ToString()) ?? TakeFromProtocols(request, out malformed);
    }

    // apiserver: pkg/authentication/request/bearertoken; anything after a third blank is ignored, an empty token is none
    private static string? FromHeader(string header)
    {
        var text = header.AsSpan().Trim();
        var blank = text.IndexOf(' ');
        if (blank < 0 || !text[..blank].Equals("bearer", StringComparison.OrdinalIgnoreCase))
            return null;
        var token = text[(blank + 1)..];
        var end = token.IndexOf(' ');
        token = end < 0 ? token : token[..end];
        return token.IsEmpty ? null : token.ToString();
    }

    private static string? TakeFromProtocols(HttpRequest request, out string? malformed)
    {
        malformed = null;
        if (!request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase))
            return null;
        var protocols = request.Headers.GetCommaSeparatedValues("Sec-WebSocket-Protocol");
        var encoded = Array.FindAll(protocols, protocol => protocol.StartsWith(ProtocolPrefix, StringComparison.Ordinal));
        if (encoded.Length == 0)
            return null;
        var token = Decode(encoded[0].AsSpan(ProtocolPrefix.Length));
        malformed = encoded.Length > 1 ? "multiple base64.bearer.authorization tokens specified"
            : token is null ? "invalid base64.bearer.authorization token encoding"
            : encoded.Length == protocols.Length ? "missing additional subprotocol"
            : null;
        if (malformed is not null)
            return null;
        request.Headers.SecWebSocketProtocol = string.Join(", ", protocols.Except(encoded));
        return token;
    }

    private static string? Decode(ReadOnlySpan<char> encoded)
    {
        if (encoded.IsEmpty || !Base64Url.IsValid(encoded))
            return null;
        var token = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded));
        return token.Contains('\uFFFD') ? null : token;
    }
}
