using System.Net;
using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Auditing;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Errors;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Auditing;

internal sealed class AuditStageTests
{
    private FakeTimeProvider _clock = null!;
    private string _directory = "";

    private string LogPath => Path.Combine(_directory, "audit.log");

    [SetUp]
    public void MakeDirectory()
    {
        _directory = Directory.CreateTempSubdirectory("audit-").FullName;
        _clock = new(DateTimeOffset.Parse("2026-03-01T00:00:00.1234567Z", System.Globalization.CultureInfo.InvariantCulture));
    }

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Every_request_has_an_id_that_its_sender_may_choose()
    {
        var stage = new AuditStage(null, _clock);
        var context = Requested.Pods("list", UserInfo.Of("ada"));
        await stage.InvokeAsync(context, _ => Task.CompletedTask);
        Assert.That(Guid.TryParse(context.Http.Response.Headers["Audit-Id"].ToString(), out _), Is.True);

        var chosen = Requested.Pods("list", UserInfo.Of("ada"));
        chosen.Http.Request.Headers["Audit-Id"] = new string('x', 100);
        await stage.InvokeAsync(chosen, _ => Task.CompletedTask);
        Assert.That(chosen.Http.Response.Headers["Audit-Id"].ToString(), Is.EqualTo(new string('x', 64)));
    }

    [Test]
    public async Task A_refusal_is_written_with_its_reason()
    {
        using (var log = new AuditLog(LogPath, 100, 10, _clock))
        {
            var context = Requested.Pods("list", UserInfo.Of("ada", "devs"));
            context.Http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.1");
            context.Http.Request.Headers.UserAgent = "kubectl";
            await Assert.ThrowsAsync<ApiException>(() => new AuditStage(log, _clock).InvokeAsync(context, inner =>
            {
                (inner.Impersonator, inner.User) = (inner.User, UserInfo.Of("eve"));
                inner.AuditAnnotations["authorization.k8s.io/decision"] = "forbid";
                throw ApiError.Forbidden(new("", "pods"), "", "no");
            }));
        }

        var events = File.ReadAllLines(LogPath).Select(line => JsonNode.Parse(line)!).ToArray();
        var last = events[1];
        Assert.Multiple(() =>
        {
            Assert.That(events.Select(one => (string?)one["stage"]), Is.EqualTo(new[] { "RequestReceived", "ResponseComplete" }));
            Assert.That((string?)last["user"]!["username"], Is.EqualTo("ada"));
            Assert.That((string?)last["impersonatedUser"]!["username"], Is.EqualTo("eve"));
            Assert.That(last["objectRef"]!.ToJsonString(), Is.EqualTo("""{"resource":"pods","namespace":"default","apiVersion":"v1"}"""));
            Assert.That((int?)last["responseStatus"]!["code"], Is.EqualTo(403));
            Assert.That((string?)last["responseStatus"]!["reason"], Is.EqualTo("Forbidden"));
            Assert.That((string?)last["annotations"]!["authorization.k8s.io/decision"], Is.EqualTo("forbid"));
            Assert.That((string?)last["stageTimestamp"], Is.EqualTo("2026-03-01T00:00:00.123456Z"));
            Assert.That((string?)last["sourceIPs"]![0], Is.EqualTo("192.0.2.1"));
            Assert.That((string?)last["auditID"], Is.EqualTo((string?)events[0]["auditID"]));
        });
    }

    [Test]
    public void A_full_log_is_put_aside_and_the_oldest_go()
    {
        using (var log = new AuditLog(LogPath, maxMegabytes: 1, maxBackups: 2, _clock))
        {
            for (var i = 0; i < 5; i++)
            {
                log.Write(new byte[1024 * 1024 - 1]);
                _clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.That(Directory.GetFiles(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Is.EqualTo(new[] { "audit-2026-03-01T00-00-03.123.log", "audit-2026-03-01T00-00-04.123.log", "audit.log" }));
    }
}
