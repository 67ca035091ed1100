using System.Text;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>What clients see of a store that has no room.</summary>
public sealed class FullStoreTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    [Test]
    public async Task A_full_store_is_a_500_with_its_reason_while_reads_and_deletes_go_on_and_then_writes_do_again()
    {
        await using var fixture = await ApiServerFixture.StartAsync(storeBytesMax: 6 << 20);
        var number = 0;
        var answer = await CreateAsync(fixture, number);
        while ((int)answer.Code == 201 && number < 100)
            answer = await CreateAsync(fixture, ++number);

        Assert.That((int)answer.Code, Is.EqualTo(500), answer.Text);
        Assert.That(answer.Json["kind"]!.GetValue<string>(), Is.EqualTo("Status"));
        Assert.That(answer.Json["reason"], Is.Null, "as upstream answers etcd's refusals");
        Assert.That(answer.Json["message"]!.GetValue<string>(), Does.Contain("has used up its space"));
        Assert.That((int)(await SharedServer.SendAsync(fixture.Admin, HttpMethod.Get, $"{ConfigMaps}/big-0")).Code, Is.EqualTo(200));
        Assert.That((int)(await SharedServer.SendAsync(fixture.Admin, HttpMethod.Get, $"{ConfigMaps}/big-{number}")).Code, Is.EqualTo(404));

        for (var delete = 0; delete < number; delete++)
            Assert.That((int)(await SharedServer.SendAsync(fixture.Admin, HttpMethod.Delete, $"{ConfigMaps}/big-{delete}")).Code, Is.EqualTo(200));
        await Eventually.TrueAsync(async () => (int)(await CreateAsync(fixture, number)).Code == 201);
    }

    private static Task<Answer> CreateAsync(ApiServerFixture fixture, int number) => SharedServer.SendAsync(
        fixture.Admin, HttpMethod.Post, ConfigMaps, Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"big-{{{number}}}"},"data":{"x":"{{{new string('x', 200_000)}}}"}}"""));
}
