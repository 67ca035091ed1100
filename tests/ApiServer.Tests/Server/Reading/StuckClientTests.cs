using ControlPlane.Registry.Cache;
using ControlPlane.ServerKit;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>A client that watches and does not read, beside one that does.</summary>
public sealed class StuckClientTests
{
    // What a stream may hold on its way: gathered events, Kestrel's and TLS' buffers, and the client's own 64 KiB window.
    private const long OnTheWayBytes = 512 * 1024;
    private const int Changes = 1200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task A_client_that_never_reads_is_cut_off_and_the_other_on_its_connection_gets_every_event()
    {
        await using var fixture = await ApiServerFixture.StartAsync(options => options with { History = new WindowLimits { MinChanges = 128, MaxChanges = 256 } });
        const string Maps = "api/v1/namespaces/kube-system/configmaps";
        await PostAsync(fixture, Maps, """{"metadata":{"name":"m","labels":{"watched":"true"}}}""");
        using var stuck = await OpenAsync(fixture, Maps);
        using var reading = await OpenWatch.StartAsync($"{Maps}?watch=true&labelSelector=watched", client: fixture.Admin);
        var value = new string('x', 4000);
        for (var i = 0; i < Changes; i++)
        {
            using var change = new StringContent($$$"""{"data":{"k":"{{{i}}}{{{value}}}"} }""", System.Text.Encoding.UTF8, "application/merge-patch+json");
            using var changed = await fixture.Admin.PatchAsync(Maps + "/m", change);
            changed.EnsureSuccessStatusCode();
            if (i == 0)
                Assert.That((await reading.NextAsync())!["type"]!.ToString(), Is.EqualTo("ADDED"));
            var told = (await reading.NextAsync())!;
            Assert.That(told["object"]!["data"]!["k"]!.ToString(), Does.StartWith($"{i}x"));
        }

        // Only now does it read: what was on its way, and then that it was cut off.
        var received = await CountUntilCutAsync(await stuck.Content.ReadAsStreamAsync());
        Assert.That(received, Is.InRange(1, OnTheWayBytes), "the server kept more for it");
        Assert.That(received, Is.LessThan(Changes * value.Length));
    }

    private static async Task<HttpResponseMessage> OpenAsync(ApiServerFixture fixture, string maps)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{maps}?watch=true&labelSelector=watched");
        var response = await fixture.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.EnsureSuccessStatusCode();
    }

    private static async Task PostAsync(ApiServerFixture fixture, string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var created = await fixture.Admin.PostAsync(path, content);
        created.EnsureSuccessStatusCode();
    }

    private static async Task<long> CountUntilCutAsync(Stream stream)
    {
        var (buffer, count) = (new byte[64 * 1024], 0L);
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) is > 0 and var read)
                count += read;
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            return count;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"it is not cut off after {count} bytes");
        }

        return count;
    }
}
