using System.Net;
using System.Net.Security;
using ControlPlane.ApiServer.Pki;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>Requests that take long: how long they may, how many there may be, and what is left of them when their clients are gone.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class InFlightTests
{
    private const int WritesMax = 2;
    private const string Maps = "api/v1/namespaces/default/configmaps";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private ApiServerFixture _server = null!;
    private HttpClient _writer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await ApiServerFixture.StartAsync(options => options with { MaxWritesInFlight = WritesMax, MaxReadsInFlight = 1 });
        // system:masters is never refused a place.
        _writer = _server.ClientAs("writer", "writers");
        using var binding = new StringContent("""
            {"metadata":{"name":"writers"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"writers"}]}
            """, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        (await _server.Admin.PostAsync("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding)).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(async () => (await WriteAsync("first")).StatusCode == HttpStatusCode.Created);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _writer.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_write_whose_time_is_up_is_504()
    {
        using var body = new HeldBody("""{"metadata":{"name":"late"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, Maps + "?timeout=200ms") { Version = HttpVersion.Version20, Content = body };
        using var answer = await _writer.SendAsync(request).WaitAsync(Patience);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.GatewayTimeout));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"message\":\"Timeout: request did not complete within the allotted timeout\",\"reason\":\"Timeout\""));
        Assert.That((await _writer.GetAsync(Maps + "/late")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_write_of_HTTP_1_whose_time_is_up_is_504()
    {
        var certificate = _server.Pki.Authority.Issue(CertificateProfile.Client("writer", ["writers"]));
        await using var connection = await RawConnection.OpenAsync(_server, certificate, SslApplicationProtocol.Http11, CancellationToken.None);
        await connection.SendAsync($"POST /{Maps}?timeout=200ms HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{{", CancellationToken.None);
        Assert.That(await connection.ReceiveTextToEndAsync(CancellationToken.None).WaitAsync(Patience), Does.StartWith("HTTP/1.1 504 ").And.Contains("\"reason\":\"Timeout\""));
    }

    [Test]
    public async Task Writes_beyond_their_number_are_429_until_the_clients_of_others_are_gone()
    {
        using var gone = new CancellationTokenSource();
        var held = Enumerable.Range(0, WritesMax).Select(i => new HeldBody($$$"""{"metadata":{"name":"held-{{{i}}}"} }""")).ToArray();
        var requests = held.Select(body => _writer.PostAsync(Maps, body, gone.Token)).ToArray();
        await Task.WhenAll(held.Select(body => body.Begun)).WaitAsync(Patience);

        await Eventually.TrueAsync(async () => (await WriteAsync("beyond")).StatusCode == HttpStatusCode.TooManyRequests);
        using var refused = await WriteAsync("beyond");
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(await refused.Content.ReadAsStringAsync(), Is.EqualTo("Too many requests, please try again later.\n"));
        Assert.That((await _writer.GetAsync(Maps)).StatusCode, Is.EqualTo(HttpStatusCode.OK), "reads have places of their own");
        Assert.That((await _server.Admin.PostAsync(Maps, Json("masters"))).StatusCode, Is.EqualTo(HttpStatusCode.Created));

        await gone.CancelAsync();
        foreach (var request in requests)
            Assert.That(async () => await request, Throws.InstanceOf<OperationCanceledException>());
        await Eventually.TrueAsync(async () => (await WriteAsync("again")).StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict);
        Assert.That((await _writer.GetAsync(Maps + "/held-0")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "half a body makes nothing");
    }

    [Test]
    public async Task Watches_take_no_places()
    {
        using var watch = await _writer.GetAsync(Maps + "?watch=true", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        using var another = await _writer.GetAsync(Maps + "?watch=true", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        Assert.That((await _writer.GetAsync(Maps)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private Task<HttpResponseMessage> WriteAsync(string name) => _writer.PostAsync(Maps, Json(name));

    private static StringContent Json(string name) => new($$$"""{"metadata":{"name":"{{{name}}}"} }""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
}
