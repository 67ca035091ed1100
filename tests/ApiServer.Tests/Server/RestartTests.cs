using ControlPlane.ServerKit;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>What a second start on the same data finds.</summary>
public sealed class RestartTests
{
    [Test]
    public async Task A_restart_keeps_objects_and_goes_on_counting_versions()
    {
        await using var fixture = await ApiServerFixture.StartAsync();
        var made = await SharedServer.SendAsync(fixture.Admin, HttpMethod.Post, "api/v1/namespaces/default/configmaps", """{"metadata":{"name":"kept"}}"""u8.ToArray());
        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
        await fixture.StopAsync();
        await fixture.StartAgainAsync();
        var kept = await SharedServer.SendAsync(fixture.Admin, HttpMethod.Get, "api/v1/namespaces/default/configmaps/kept");
        Assert.That(kept.Text, Is.EqualTo(made.Text));
        var later = await SharedServer.SendAsync(fixture.Admin, HttpMethod.Post, "api/v1/namespaces/default/configmaps", """{"metadata":{"name":"later"}}"""u8.ToArray());
        Assert.That(Version(later), Is.GreaterThan(Version(made)));
    }

    private static long Version(Answer answer) => long.Parse(answer.Json["metadata"]!["resourceVersion"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
}
