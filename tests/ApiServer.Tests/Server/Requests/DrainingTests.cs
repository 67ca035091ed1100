using System.Net;
using System.Net.Sockets;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>How a server takes its leave: nothing new comes in, watches end, and what is under way is done and kept.</summary>
public sealed class DrainingTests
{
    private const string Maps = "api/v1/namespaces/default/configmaps";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Version[] Versions = [HttpVersion.Version11, HttpVersion.Version20];

    [TestCaseSource(nameof(Versions))]
    public async Task A_server_that_stops_finishes_what_is_in_flight_ends_watches_and_takes_nothing_new(Version version)
    {
        await using var server = await ApiServerFixture.StartAsync();
        using var watch = await SendAsync(server, new HttpRequestMessage(HttpMethod.Get, Maps + "?watch=true") { Version = version }).WaitAsync(Patience);
        using var events = new StreamReader(await watch.Content.ReadAsStreamAsync());
        using var kept = new HeldBody("""{"metadata":{"name":"kept"}}""");
        using var tried = new HeldBody("""{"metadata":{"name":"tried"}}""");
        var (keeping, trying) = (PostAsync(server, version, Maps, kept), PostAsync(server, version, Maps + "?dryRun=All", tried));
        await Task.WhenAll(kept.Begun, tried.Begun).WaitAsync(Patience);

        var stopping = server.Server.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => !await CanConnectAsync(server));
        Assert.That(await events.ReadToEndAsync().WaitAsync(Patience), Does.Not.Contain("ERROR"));
        Assert.That(stopping.IsCompleted, Is.False);

        kept.Release();
        Assert.That((await keeping.WaitAsync(Patience)).StatusCode, Is.EqualTo(HttpStatusCode.Created));
        // Its turn depends on what the server knows of the write before.
        tried.Release();
        Assert.That((await trying.WaitAsync(Patience)).StatusCode, Is.EqualTo(HttpStatusCode.Created));
        await stopping.WaitAsync(Patience);

        await server.StopAsync();
        await server.StartAgainAsync();
        Assert.That((await server.Admin.GetAsync(Maps + "/kept")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await server.Admin.GetAsync(Maps + "/tried")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_request_that_does_not_end_is_given_up_when_the_time_for_draining_is_over()
    {
        await using var server = await ApiServerFixture.StartAsync();
        using var endless = new HeldBody("""{"metadata":{"name":"endless"}}""");
        var request = PostAsync(server, HttpVersion.Version20, Maps, endless);
        await endless.Begun.WaitAsync(Patience);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var stopping = server.Server.StopAsync(limit.Token);
        await stopping.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(Patience);
        Assert.That(async () => await request.WaitAsync(Patience), Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<OperationCanceledException>());
    }

    // Only when the server asks for the body is it sent: then the request is in flight for certain.
    private static Task<HttpResponseMessage> PostAsync(ApiServerFixture server, Version version, string path, HeldBody body) =>
        SendAsync(server, new HttpRequestMessage(HttpMethod.Post, path) { Version = version, Content = body, Headers = { ExpectContinue = true } });

    private static Task<HttpResponseMessage> SendAsync(ApiServerFixture server, HttpRequestMessage request)
    {
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return server.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<bool> CanConnectAsync(ApiServerFixture server)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(server.Address.Host, server.Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
