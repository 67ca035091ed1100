using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.ApiServer.Pki;
using ControlPlane.ServerKit;
using ControlPlane.TestKit.Fuzzing;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Random bytes on the TLS port: requests of HTTP/1.1 and frames of HTTP/2, spoilt. The server answers or hangs up, and goes on serving others.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RawFuzzTests
{
    private const int Cases = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Lazy<X509Certificate2> Admin = new(() => Fixture.Pki.Authority.Issue(CertificateProfile.Client("admin", ["system:masters"])));

    private static readonly byte[][] Requests =
    [
        .. new[]
        {
            "GET /api/v1/namespaces/default/configmaps?limit=5&labelSelector=a%3Db HTTP/1.1\r\nHost: a\r\nAccept: application/json;as=Table;v=v1;g=meta.k8s.io\r\nAccept-Encoding: gzip\r\nUser-Agent: curl/8\r\nAudit-ID: 1-2\r\n\r\n",
            "POST /api/v1/namespaces/default/configmaps?dryRun=All HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{\"metadata\":{\"name\":\"a\"}}\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
            "PATCH /api/v1/namespaces/default HTTP/1.1\r\nHost: a\r\nContent-Type: application/merge-patch+json\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
            "GET /api/v1/namespaces/default/pods/a/exec?command=b&stdin=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.YQ\r\n\r\n",
            "POST /api/v1/namespaces/default/pods/a/portforward HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\nContent-Length: 0\r\n\r\n",
            "DELETE /api/v1/namespaces/default/configmaps/none?propagationPolicy=Orphan HTTP/1.1\r\nHost: a\r\nImpersonate-User: b\r\nImpersonate-Group: c\r\nImpersonate-Extra-d%2Fe: f\r\nImpersonate-Uid: g\r\n\r\n",
            "GET /openapi/v3/api/v1?hash=a HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"b\"\r\nAccept: application/com.github.proto-openapi.spec.v2@v1.0+protobuf\r\nX-Remote-User: c\r\nCookie: d=e\r\nRange: bytes=0-1\r\n\r\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    // The preface and SETTINGS, then: HEADERS of GET /healthz on stream 1; POST with DATA on stream 3; PING, WINDOW_UPDATE, PRIORITY, CONTINUATION, RST_STREAM, GOAWAY.
    private static readonly byte[][] Conversations =
    [
        [.. Preface, .. Frame(1, 5, 1, Headers("GET", "/healthz"))],
        [.. Preface, .. Frame(1, 4, 3, [.. Headers("POST", "/api/v1/namespaces/default/configmaps?dryRun=All")]), .. Frame(0, 1, 3, "{\"metadata\":{\"name\":\"a\"}}"u8), .. Frame(6, 0, 0, new byte[8])],
        [.. Preface, .. Frame(1, 1, 1, Headers("GET", "/api/v1/namespaces")), .. Frame(9, 4, 1, [0x40, 1, (byte)'x', 1, (byte)'y']), .. Frame(8, 0, 0, [0, 1, 0, 0]), .. Frame(2, 0, 5, [0, 0, 0, 1, 16]), .. Frame(3, 0, 1, [0, 0, 0, 8])],
        [.. Preface, .. Enumerable.Range(0, 20).SelectMany(i => Frame(1, 5, (2 * i) + 1, Headers("GET", "/api/v1/namespaces/default"))), .. Frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])],
    ];

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"u8;

    [Test]
    public Task Spoilt_requests_of_HTTP_1_are_answered_or_hung_up_on() => RunAsync(Requests, SslApplicationProtocol.Http11, answer =>
    {
        foreach (var line in Encoding.Latin1.GetString(answer).Split("\r\n").Where(line => line.StartsWith("HTTP/1.1 5", StringComparison.Ordinal)))
            Assert.That(line, Does.StartWith("HTTP/1.1 505 ").Or.StartsWith("HTTP/1.1 501 ").Or.StartsWith("HTTP/1.1 504 "));
    });

    [Test]
    public Task Spoilt_frames_of_HTTP_2_are_answered_or_hung_up_on() => RunAsync(Conversations, SslApplicationProtocol.Http2, static _ => { });

    private static async Task RunAsync(byte[][] corpus, SslApplicationProtocol protocol, Action<byte[]> check)
    {
        var run = new FuzzRun(Cases, TestContext.Parameters.Get("seed", 1), TestContext.Parameters.Get("minutes", 0.0));
        var tried = await run.RunAsync(async random =>
        {
            var bytes = Mutation.Of(corpus, random);
            await using var connection = await RawConnection.OpenAsync(Fixture, random.Next(2) == 0 ? Admin.Value : null, protocol, CancellationToken.None);
            try
            {
                await connection.SendAsync(bytes, CancellationToken.None);
                await connection.FinishAsync();
            }
            catch (IOException)
            {
                // The server had heard enough.
            }

            try
            {
                check(await connection.ReceiveToEndAsync(CancellationToken.None).WaitAsync(Patience));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(Convert.ToBase64String(bytes), failure);
            }
        });
        Assert.That((int)(await SendAsync(HttpMethod.Get, "api/v1/namespaces/default")).Code, Is.EqualTo(200));
        TestContext.Out.WriteLine($"{tried} cases");
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, (byte)(stream >> 24), (byte)(stream >> 16), (byte)(stream >> 8), (byte)stream, .. payload];

    // HPACK: literals without indexing, named by the static table (2 :method, 4 :path, 7 :scheme https indexed, 1 :authority).
    private static byte[] Headers(string method, string path) =>
        [0x02, (byte)method.Length, .. Encoding.ASCII.GetBytes(method), 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x87, 0x01, 1, (byte)'a'];
}
