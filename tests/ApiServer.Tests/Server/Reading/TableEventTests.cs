using System.Buffers;
using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using Microsoft.Extensions.Time.Testing;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>Events in the form of tables, whose bytes the watches of one moment share.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TableEventTests
{
    private ServedResource _maps = null!;
    private StoredObject _one = null!;

    [OneTimeSetUp]
    public async Task MakeObjectAsync()
    {
        var ns = await NamespaceAsync();
        await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"one"},"data":{"k":"v"}}""");
        Assert.That(Fixture.Server.Catalog.Current.TryFind(new GroupVersionResource("", "v1", "configmaps"), out var maps), Is.True);
        _maps = maps!;
        _one = (await _maps.Store.FindAsync(new ObjectKey(ns, "one"), CancellationToken.None))!;
    }

    [Test]
    public void Ages_are_those_of_the_moment_at_which_the_event_is_told()
    {
        var clock = new FakeTimeProvider(_one.Record.Metadata.CreationTimestamp.ToDateTimeOffset() + TimeSpan.FromSeconds(5));
        var events = Events(clock, "");
        Assert.That(AgeOf(Tell(events)), Is.EqualTo("5s"));
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.That(AgeOf(Tell(events)), Is.EqualTo("8s"));
        Assert.That(AgeOf(Tell(events)), Is.EqualTo("8s"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(AgeOf(Tell(events)), Is.EqualTo("9s"));
    }

    [Test]
    public void Watches_that_ask_for_different_rows_in_one_moment_get_each_its_own()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var forms = new[] { "", "None", "Object" }.Select(include => Events(clock, include)).ToArray();
        foreach (var events in forms)
            Assert.That(Tell(events)["object"]!["columnDefinitions"], Is.Not.Null, "the first event has the columns");
        for (var round = 0; round < 2; round++)
        {
            var told = forms.Select(events => Tell(events)["object"]!).ToArray();
            Assert.That(told.Select(table => table["columnDefinitions"]), Is.All.Null);
            Assert.That(told.Select(table => table["rows"]![0]!["object"]?["kind"]?.ToString()), Is.EqualTo(new[] { "PartialObjectMetadata", null, "ConfigMap" }));
        }
    }

    private WatchEvents Events(FakeTimeProvider clock, string include)
    {
        var query = QueryParameters.Parse($"?includeObject={include}");
        return new WatchEvents(query, _maps, new Representation(MediaTypes.Json, ObjectShape.Table, "v1", Pretty: false), clock);
    }

    private JsonNode Tell(WatchEvents events)
    {
        var bytes = new ArrayBufferWriter<byte>();
        events.Write(bytes, new WatchItem(WatchEventType.Modified, _one, _one.Revision));
        return JsonNode.Parse(bytes.WrittenSpan)!;
    }

    private static string AgeOf(JsonNode told) => told["object"]!["rows"]![0]!["cells"]!.AsArray()[^1]!.ToString();
}
