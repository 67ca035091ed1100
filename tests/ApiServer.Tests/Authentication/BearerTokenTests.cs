using ControlPlane.ApiServer.Authentication;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Tests.Authentication;

internal sealed class BearerTokenTests
{
    [TestCase("Bearer abc", "abc")]
    [TestCase("bearer abc", "abc")]
    [TestCase("  Bearer abc  ", "abc")]
    [TestCase("Bearer abc def", "abc")]
    [TestCase("Bearer", null)]
    [TestCase("Bearer ", null)]
    [TestCase("Basic abc", null)]
    [TestCase("", null)]
    public void The_header_is_read_as_upstream_reads_it(string header, string? token)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = header;
        Assert.That(BearerToken.Take(http.Request, out _), Is.EqualTo(token));
    }

    [Test]
    public void A_websocket_brings_its_token_as_a_subprotocol_that_is_not_echoed()
    {
        var http = WebSocket("base64url.bearer.authorization.k8s.io.YWJj, v5.channel.k8s.io");
        Assert.That(BearerToken.Take(http.Request, out var malformed), Is.EqualTo("abc"));
        Assert.That(malformed, Is.Null);
        Assert.That(http.Request.Headers.SecWebSocketProtocol.ToString(), Is.EqualTo("v5.channel.k8s.io"));
    }

    [TestCase("base64url.bearer.authorization.k8s.io.YWJj", "missing additional subprotocol")]
    [TestCase("base64url.bearer.authorization.k8s.io.!!, v5.channel.k8s.io", "invalid base64.bearer.authorization token encoding")]
    [TestCase("base64url.bearer.authorization.k8s.io.YWJj, base64url.bearer.authorization.k8s.io.YWJj, v5", "multiple base64.bearer.authorization tokens specified")]
    public void A_malformed_subprotocol_is_refused(string protocols, string why)
    {
        Assert.That(BearerToken.Take(WebSocket(protocols).Request, out var malformed), Is.Null);
        Assert.That(malformed, Is.EqualTo(why));
    }

    private static DefaultHttpContext WebSocket(string protocols)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Upgrade = "websocket";
        http.Request.Headers.SecWebSocketProtocol = protocols;
        return http;
    }
}
