using System.Buffers.Binary;
using System.Text.Json.Nodes;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Watches over HTTP.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task A_watch_tells_what_happens()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        using var watch = await WatchAsync(maps + "?watch=true", "application/json");
        using var lines = new StreamReader(watch.Stream);
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        await OkAsync(HttpMethod.Patch, maps + "/a", """{"data":{"k":"v"}}""", "application/merge-patch+json");
        await OkAsync(HttpMethod.Delete, maps + "/a");
        foreach (var type in new[] { "ADDED", "MODIFIED", "DELETED" })
        {
            var told = JsonNode.Parse((await lines.ReadLineAsync().WaitAsync(Patience))!)!;
            Assert.That(told["type"]!.GetValue<string>(), Is.EqualTo(type));
            Assert.That(told["object"]!["metadata"]!["name"]!.GetValue<string>(), Is.EqualTo("a"));
        }
    }

    [Test]
    public async Task A_watch_in_protobuf_is_a_sequence_of_frames()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        using var watch = await WatchAsync(maps + "?watch=true", "application/vnd.kubernetes.protobuf;stream=watch");
        Assert.That(watch.ContentType, Is.EqualTo("application/vnd.kubernetes.protobuf;stream=watch"));
        var head = new byte[4];
        await watch.Stream.ReadExactlyAsync(head).AsTask().WaitAsync(Patience);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await watch.Stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Patience);
        Assert.That(frame.AsSpan(0, 7).ToArray(), Is.EqualTo(new byte[] { 0x0a, 5, (byte)'A', (byte)'D', (byte)'D', (byte)'E', (byte)'D' }));
        Assert.That(frame.AsSpan().IndexOf("k8s\0"u8), Is.GreaterThan(7));
    }

    [Test]
    public async Task A_watch_from_a_version_that_is_none_is_refused()
    {
        var refused = await SendAsync(HttpMethod.Get, "api/v1/configmaps?watch=true&resourceVersion=x");
        Assert.That((int)refused.Code, Is.EqualTo(500)); // upstream's answer, odd as it is
    }

    private static async Task<Watched> WatchAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await Fixture.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        return new Watched(response, await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    }

    private sealed record Watched(HttpResponseMessage Response, Stream Stream) : IDisposable
    {
        public string ContentType => Response.Content.Headers.ContentType?.ToString().Replace(" ", "", StringComparison.Ordinal) ?? "";

        public void Dispose() => Response.Dispose();
    }
}
