using ControlPlane.ApiServer.Health;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.ApiServer.Tests.Health;

internal sealed class HealthEndpointsTests
{
    private string? _storeFailure;

    [SetUp]
    public void MendTheStore() => _storeFailure = null;

    [Test]
    public async Task All_well_is_ok()
    {
        Assert.That(await GetAsync("/readyz"), Is.EqualTo((200, "ok")));
        Assert.That(await GetAsync("/readyz", "?verbose"), Is.EqualTo((200, "[+]ping ok\n[+]etcd ok\nreadyz check passed\n")));
        Assert.That(await GetAsync("/livez/ping"), Is.EqualTo((200, "ok")));
    }

    [Test]
    public async Task A_failed_check_is_500_and_withholds_its_reason()
    {
        _storeFailure = "connection refused";
        Assert.That(await GetAsync("/readyz"), Is.EqualTo((500, "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n")));
        Assert.That(await GetAsync("/readyz/etcd"), Is.EqualTo((500, "internal server error: connection refused\n")));
        Assert.That(await GetAsync("/livez"), Is.EqualTo((200, "ok")), "the store is no reason to restart");
    }

    [Test]
    public async Task Excluded_checks_are_not_asked()
    {
        _storeFailure = "connection refused";
        Assert.That(await GetAsync("/readyz", "?verbose&exclude=etcd"), Is.EqualTo((200, "[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed\n")));
        Assert.That(await GetAsync("/livez", "?verbose&exclude=nothing"),
            Is.EqualTo((200, "[+]ping ok\nwarn: some health checks cannot be excluded: no matches for \"nothing\"\nlivez check passed\n")));
    }

    [TestCase("/healthz", true)]
    [TestCase("/readyz/etcd", true)]
    [TestCase("/livez/etcd", false)]
    [TestCase("/readyz/unknown", false)]
    [TestCase("/ready", false)]
    public void Only_known_checks_have_a_path(string path, bool serves) => Assert.That(Endpoints().Serves(path), Is.EqualTo(serves));

    private HealthEndpoints Endpoints() => new(
        [HealthCheck.Ping, new HealthCheck("etcd", HealthProbes.Readyz | HealthProbes.Healthz, _ => new(_storeFailure))], NullLogger<HealthEndpoints>.Instance);

    private async Task<(int Code, string Text)> GetAsync(string path, string query = "")
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { Response = { Body = body } };
        http.Request.Method = "GET";
        http.Request.QueryString = new QueryString(query);
        await Endpoints().HandleAsync(new ApiContext(http) { Info = new RequestInfo { Path = path, Verb = "get" } });
        return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
