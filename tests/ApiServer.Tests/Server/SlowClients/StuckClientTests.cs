using System.Net.Security;
using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;

namespace ControlPlane.ApiServer.Tests.Server.SlowClients;

/// <summary>Clients that open watches and do not take what they are sent: they are cut off, hold little, and cost the others nothing.</summary>
[NonParallelizable]
public sealed class StuckClientTests
{
    private const int WindowChanges = 128;
    private const int Objects = 16;

    // Enough to leave the window behind; what a stuck client has room for is a few of them.
    private const int Changes = 4 * WindowChanges;

    // All of it together is more than the kernel keeps for a connection that is not read.
    private const int ValueBytes = 20_000;
    // The present state and what happens then.
    private const int AllEvents = Objects + Changes;
    private const string Maps = "api/v1/namespaces/default/configmaps";

    private ApiServerFixture _server = null!;
    private ResourceStore _maps = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        _server = await ApiServerFixture.StartAsync(options => options with
        {
            Registry = new RegistryOptions { Window = new WindowLimits { MinChanges = 1, MaxChanges = WindowChanges } },
        });
        Assert.That(_server.Server.Catalog.Current.TryFind(new GroupVersionResource("", "v1", "configmaps"), out var maps), Is.True);
        _maps = maps!.Store;
        for (var i = 0; i < Objects; i++)
        {
            using var made = await _server.Admin.PostAsync(Maps, Json($$$"""{"metadata":{"name":"m{{{i}}}"} }""", "application/json"));
            made.EnsureSuccessStatusCode();
        }
    }

    [OneTimeTearDown]
    public async Task StopServerAsync() => await _server.DisposeAsync();

    [Test]
    public async Task A_stream_that_gets_no_room_is_reset_and_its_neighbour_on_the_connection_misses_nothing()
    {
        await using var client = await FrameClient.ConnectAsync(_server);
        await client.TakeAllAsync(FrameClient.Connection);
        var (stuck, reads) = (await client.GetAsync(Watch), await client.GetAsync(Watch));
        await client.TakeAllAsync(reads);
        await WatchersAsync(2);
        await ChangeAsync(reader: () => client.EventsOf(reads));
        await Eventually.TrueAsync(() => client.IsReset(stuck));
        await WatchersAsync(1);
        Assert.That(client.IsReset(reads), Is.False);
        Assert.That(client.EventsOf(reads), Is.EqualTo(AllEvents));
        Assert.That(client.EventsOf(stuck), Is.LessThanOrEqualTo(FrameClient.FirstWindow / ValueBytes + 1));
    }

    [Test]
    public async Task Streams_of_a_connection_that_gets_no_room_are_reset_and_other_connections_miss_nothing()
    {
        await using var stuck = await FrameClient.ConnectAsync(_server);
        await using var client = await FrameClient.ConnectAsync(_server);
        await client.TakeAllAsync(FrameClient.Connection);
        var reads = await client.GetAsync(Watch);
        await client.TakeAllAsync(reads);
        var streams = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            streams.Add(await stuck.GetAsync(Watch));
            await stuck.TakeAllAsync(streams[^1]);
        }

        await WatchersAsync(1 + streams.Count);
        await ChangeAsync(reader: () => client.EventsOf(reads));
        await Eventually.TrueAsync(() => streams.TrueForAll(stuck.IsReset));
        await WatchersAsync(1);
        Assert.That(client.EventsOf(reads), Is.EqualTo(AllEvents));
    }

    [Test]
    public async Task A_connection_of_HTTP2_that_is_not_read_holds_no_watch_for_long()
    {
        await using var stuck = await FrameClient.ConnectAsync(_server, reads: false);
        await stuck.TakeAllAsync(FrameClient.Connection);
        for (var i = 0; i < 20; i++)
            await stuck.TakeAllAsync(await stuck.GetAsync(Watch));
        await WatchersAsync(20);
        await ChangeAsync();
        await WatchersAsync(0);
    }

    [Test]
    public async Task A_connection_of_HTTP1_that_is_not_read_holds_no_watch_for_long()
    {
        await using var stuck = await FrameClient.OpenAsync(_server, SslApplicationProtocol.Http11);
        await stuck.WriteAsync(Encoding.ASCII.GetBytes($"GET /{Watch} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        await WatchersAsync(1);
        await ChangeAsync();
        await WatchersAsync(0);
    }

    [Test]
    public async Task A_hundred_stuck_streams_hold_little_and_give_it_back()
    {
        const int Streams = 100;
        const int HeldBytesMax = 64 * 1024;
        await ChangeAsync();
        await using var client = await FrameClient.ConnectAsync(_server);
        await client.TakeAllAsync(FrameClient.Connection);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var streams = new List<int>();
        while (streams.Count < Streams)
            streams.Add(await client.GetAsync(Watch));
        await Eventually.TrueAsync(() => streams.TrueForAll(stream => client.EventsOf(stream) == FrameClient.FirstWindow / ValueBytes));
        Assert.That((GC.GetTotalMemory(forceFullCollection: true) - before) / Streams, Is.LessThan(HeldBytesMax), "of the present state's 300 kB");
        await ChangeAsync();
        await Eventually.TrueAsync(() => streams.TrueForAll(client.IsReset));
        await WatchersAsync(0);
        await Eventually.TrueAsync(() => GC.GetTotalMemory(forceFullCollection: true) - before < Streams * HeldBytesMax / 4);
    }

    private static string Watch => Maps + "?watch=true&timeoutSeconds=600";

    private Task WatchersAsync(int count) => Eventually.TrueAsync(() => _maps.WatchCount == count);

    private async Task ChangeAsync(Func<int>? reader = null)
    {
        var value = new string('v', ValueBytes);
        await Parallel.ForEachAsync(Enumerable.Range(0, Changes), new ParallelOptions { MaxDegreeOfParallelism = Objects }, async (i, cancel) =>
        {
            using var changed = await _server.Admin.PatchAsync($"{Maps}/m{i % Objects}", Json($$$"""{"data":{"k":"{{{i}}}{{{value}}}"} }""", "application/merge-patch+json"), cancel);
            changed.EnsureSuccessStatusCode();
        });
        if (reader is not null)
            await Eventually.TrueAsync(() => reader() >= AllEvents);
    }

    private static StringContent Json(string text, string type) => new(text, Encoding.UTF8, type);
}
