using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer.Pki;
using ControlPlane.ServerKit;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>Request lines as no HTTP client would write them, on bare connections.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PathTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Lazy<X509Certificate2> Admin = new(() => Fixture.Pki.Authority.Issue(CertificateProfile.Client("admin", ["system:masters"])));

    [TestCase("GET /api/v1/namespaces/default HTTP/1.1", 200)]
    [TestCase("GET /api/v1/namespaces/%64efault HTTP/1.1", 200)]
    [TestCase("GET //api//v1/namespaces/default HTTP/1.1", 200)]
    [TestCase("GET https://elsewhere/api/v1/namespaces/default HTTP/1.1", 200)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/a%2Fb HTTP/1.1", 404)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/.. HTTP/1.1", 404)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/%2e%2e%2fsecrets HTTP/1.1", 404)]
    [TestCase("GET /api/v1/../../healthz HTTP/1.1", 404)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/%zz HTTP/1.1", 404)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/%ff%fe HTTP/1.1", 404)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/%0d%0aa HTTP/1.1", 404)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/%00 HTTP/1.1", 400)]
    [TestCase("GET /api/v1/namespaces/default/configmaps/a b HTTP/1.1", 400)]
    [TestCase("GET api/v1 HTTP/1.1", 400)]
    [TestCase("GET /api/v1/namespaces/default HTTP/9.9", 505)]
    [TestCase("GET", 400)]
    [TestCase("FROB /api/v1/namespaces/default/configmaps HTTP/1.1", 405)]
    [TestCase("OPTIONS /api/v1/namespaces/default/configmaps HTTP/1.1", 405)]
    [TestCase("OPTIONS * HTTP/1.1", 404)]
    [TestCase("TRACE /api/v1/namespaces/default/configmaps HTTP/1.1", 405)]
    [TestCase("HEAD /healthz HTTP/1.1", 200)]
    public async Task Such_a_request_line_is_answered(string line, int code)
    {
        var answer = await AskAsync($"{line}\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {code} "));
    }

    [TestCase("GET /api/v1/namespaces/default HTTP/1.1\r\n\r\n", Description = "no host")]
    [TestCase("GET /api/v1/namespaces/default HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [TestCase("GET /api/v1/namespaces/default HTTP/1.1\r\nHost: a\r\nX\r\n\r\n")]
    [TestCase("POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [TestCase("POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [TestCase("POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [TestCase("POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [TestCase("POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: frob\r\n\r\n")]
    public async Task A_request_whose_head_is_broken_is_400_and_the_connection_is_closed(string request) =>
        Assert.That(await AskAsync(request), Does.StartWith("HTTP/1.1 400 "));

    [Test]
    public async Task An_audit_id_that_could_be_no_header_is_not_sent_back() =>
        Assert.That(await AskAsync("GET /api/v1/namespaces/default HTTP/1.1\r\nHost: a\r\nAudit-ID: a\u0001\u00ff\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 200 ").Or.StartsWith("HTTP/1.1 400 "));

    [Test]
    public async Task A_head_beyond_its_limits_is_refused()
    {
        Assert.That(await AskAsync($"GET /{new string('a', 300_000)} HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 414 "));
        Assert.That(await AskAsync($"GET / HTTP/1.1\r\nHost: a\r\nX-Long: {new string('a', 300_000)}\r\n\r\n"), Does.StartWith("HTTP/1.1 431 "));
        Assert.That(await AskAsync($"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 2_000).Select(i => $"X-{i}: a\r\n"))}\r\n"), Does.StartWith("HTTP/1.1 431 "));
    }

    [TestCase("Bearer a")]
    [TestCase("Bearer a.b.c")]
    [TestCase("Bearer e30.e30.e30")]
    [TestCase("Bearer bm90IGpzb24.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMuY2x1c3Rlci5sb2NhbCIsImt1YmVybmV0ZXMuaW8iOnsic2VydmljZWFjY291bnQiOnt9fX0.x")]
    [TestCase("Bearer e30.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMuY2x1c3Rlci5sb2NhbCIsImt1YmVybmV0ZXMuaW8iOnsic2VydmljZWFjY291bnQiOnt9fX0.x")]
    public async Task Credentials_that_are_none_are_401(string authorization)
    {
        await using var connection = await RawConnection.OpenAsync(Fixture, null, SslApplicationProtocol.Http11, CancellationToken.None);
        await connection.SendAsync($"GET /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nAuthorization: {authorization}\r\nConnection: close\r\n\r\n", CancellationToken.None);
        Assert.That(await connection.ReceiveTextToEndAsync(CancellationToken.None).WaitAsync(Patience), Does.StartWith("HTTP/1.1 401 "));
    }

    private static async Task<string> AskAsync(string request)
    {
        await using var connection = await RawConnection.OpenAsync(Fixture, Admin.Value, SslApplicationProtocol.Http11, CancellationToken.None);
        await connection.SendAsync(request, CancellationToken.None);
        return await connection.ReceiveTextToEndAsync(CancellationToken.None).WaitAsync(Patience);
    }
}
