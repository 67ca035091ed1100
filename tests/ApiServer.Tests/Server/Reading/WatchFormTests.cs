using System.Text.Json.Nodes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>What watches look like in every form that a client can ask for, with whatever kind.</summary>
[TestFixtureSource(typeof(WatchedKind), nameof(WatchedKind.All))]
[Parallelizable(ParallelScope.All)]
public sealed class WatchFormTests(WatchedKind kind)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private const string Metadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string Protobuf = "application/vnd.kubernetes.protobuf;stream=watch";
    private const string FromTheStart = "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    [Test]
    public async Task What_enters_or_leaves_a_selection_is_added_or_deleted_with_the_version_of_the_change()
    {
        var collection = await kind.CollectionAsync();
        var start = (await OkAsync(HttpMethod.Get, collection))["metadata"]!["resourceVersion"]!;
        using var watch = await OpenWatch.StartAsync($"{collection}?watch=true&labelSelector=c%3Dred&resourceVersion={start}");
        await kind.CreateAsync(collection, "a", "blue");
        var entered = await WatchedKind.PaintAsync(collection, "a", "red");
        var left = await WatchedKind.PaintAsync(collection, "a", "green");
        var back = await WatchedKind.PaintAsync(collection, "a", "red");
        await OkAsync(HttpMethod.Delete, collection + "/a");
        var after = await OkAsync(HttpMethod.Get, collection);
        var told = await watch.TellAsync(4);
        Assert.That(told[..3], Is.EqualTo(new[] { $"ADDED a red@{VersionOf(entered)}", $"DELETED a red@{VersionOf(left)}", $"ADDED a red@{VersionOf(back)}" }));
        var gone = long.Parse(told[3][(told[3].IndexOf('@', StringComparison.Ordinal) + 1)..], null);
        Assert.That(told[3], Does.StartWith("DELETED a red@"), "the final state");
        Assert.That(gone, Is.GreaterThan(VersionOf(back)).And.LessThanOrEqualTo(VersionOf(after)), "with the deletion's version");
    }

    [Test]
    public async Task One_object_is_listed_and_watched_by_its_name()
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        await kind.CreateAsync(collection, "b");
        var list = await OkAsync(HttpMethod.Get, collection + "?fieldSelector=metadata.name%3Db&limit=1");
        Assert.That(list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.ToString()), Is.EqualTo(new[] { "b" }));
        Assert.That(list["metadata"]!["continue"], Is.Null, "one object has no second page");
        using var watch = await OpenWatch.StartAsync($"{collection}?watch=true&fieldSelector=metadata.name%3Db&resourceVersion={VersionOf(list)}");
        await WatchedKind.PaintAsync(collection, "a", "blue");
        var changed = await WatchedKind.PaintAsync(collection, "b", "blue");
        Assert.That(await watch.TellAsync(1), Is.EqualTo(new[] { $"MODIFIED b blue@{VersionOf(changed)}" }));
    }

    [Test]
    public async Task A_watch_of_all_namespaces_tells_of_each()
    {
        var (one, two) = (await kind.CollectionAsync(), await kind.CollectionAsync());
        var start = VersionOf(await OkAsync(HttpMethod.Get, one));
        using var watch = await OpenWatch.StartAsync($"{kind.Root}/{kind.Plural}?watch=true&labelSelector=across%3D{start}&resourceVersion={start}");
        foreach (var collection in new[] { one, two })
            await OkAsync(HttpMethod.Post, collection, $$$"""{"metadata":{"name":"a","labels":{"across":"{{{start}}}"} }{{{kind.Content}}} }""");
        var namespaces = new[] { (await watch.NextAsync())!, (await watch.NextAsync())! }.Select(told => $"{told["type"]} {told["object"]!["metadata"]!["namespace"]}");
        Assert.That(namespaces, Is.EqualTo(new[] { one, two }.Select(collection => $"ADDED {collection.Split('/')[^2]}")));
    }

    [Test]
    public async Task Initial_events_end_with_a_marked_bookmark_in_json()
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        using var watch = await OpenWatch.StartAsync(collection + FromTheStart);
        Assert.That((await watch.NextAsync())!["type"]!.ToString(), Is.EqualTo("ADDED"));
        var mark = (await watch.NextAsync())!;
        Assert.That(mark["type"]!.ToString(), Is.EqualTo("BOOKMARK"));
        Assert.That(mark["object"]!["kind"]!.ToString(), Is.EqualTo(kind.Kind));
        Assert.That(mark["object"]!["metadata"]!["annotations"]![InitialEventsEnd]!.ToString(), Is.EqualTo("true"));
        Assert.That(VersionOf(mark["object"]!), Is.GreaterThan(0));
    }

    [Test]
    public async Task Initial_events_end_with_a_marked_bookmark_in_metadata()
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        using var watch = await OpenWatch.StartAsync(collection + FromTheStart, Metadata);
        var added = (await watch.NextAsync())!["object"]!;
        Assert.That((added["kind"]!.ToString(), added["metadata"]!["name"]!.ToString(), added.AsObject().Count), Is.EqualTo(("PartialObjectMetadata", "a", 3)));
        var mark = (await watch.NextAsync())!["object"]!;
        Assert.That((mark["kind"]!.ToString(), mark["metadata"]!["annotations"]![InitialEventsEnd]!.ToString()), Is.EqualTo(("PartialObjectMetadata", "true")));
        await OkAsync(HttpMethod.Delete, collection + "/a");
        var deleted = (await watch.NextAsync())!;
        Assert.That((deleted["type"]!.ToString(), deleted["object"]!["kind"]!.ToString()), Is.EqualTo(("DELETED", "PartialObjectMetadata")));
    }

    [Test]
    public async Task Initial_events_end_with_a_marked_bookmark_in_protobuf()
    {
        if (!kind.HasProtobuf)
            return;
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        using var watch = await OpenWatch.StartAsync(collection + FromTheStart, Protobuf);
        var (type, of, _) = await watch.FrameAsync();
        Assert.That((type, of.Kind), Is.EqualTo(("ADDED", kind.Kind)));
        (type, of, var message) = await watch.FrameAsync();
        Assert.That((type, of.Kind), Is.EqualTo(("BOOKMARK", kind.Kind)));
        Assert.That(MetadataOf(message).Annotations[InitialEventsEnd], Is.EqualTo("true"));
        await OkAsync(HttpMethod.Delete, collection + "/a");
        (type, _, message) = await watch.FrameAsync();
        Assert.That((type, MetadataOf(message).Name), Is.EqualTo(("DELETED", "a")));
    }

    [Test]
    public async Task Metadata_comes_in_protobuf_too()
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        using var watch = await OpenWatch.StartAsync(collection + "?watch=true", "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        var (type, of, message) = await watch.FrameAsync();
        Assert.That((type, of.Kind, of.Group, MetadataOf(message).Name), Is.EqualTo(("ADDED", "PartialObjectMetadata", "meta.k8s.io", "a")));
    }

    [Test]
    public async Task Tables_tell_their_columns_in_the_first_event_alone(
        [Values("", "&includeObject=Metadata", "&includeObject=None", "&includeObject=Object")] string include)
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        await kind.CreateAsync(collection, "b");
        using var watch = await OpenWatch.StartAsync(collection + FromTheStart + include, Table);
        var (first, second, mark) = ((await watch.NextAsync())!["object"]!, (await watch.NextAsync())!["object"]!, (await watch.NextAsync())!);
        Assert.That(first["columnDefinitions"]![0]!["name"]!.ToString(), Is.EqualTo("Name"));
        Assert.That((second["columnDefinitions"], mark["object"]!["columnDefinitions"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
        Assert.That(new[] { first, second }.Select(table => table["rows"]![0]!["cells"]![0]!.ToString()), Is.EqualTo(new[] { "a", "b" }));
        Assert.That((mark["type"]!.ToString(), mark["object"]!["kind"]!.ToString()), Is.EqualTo(("BOOKMARK", "Table")));
        AssertIncluded(first["rows"]![0]!["object"], include);
    }

    [Test]
    public async Task Lists_come_as_tables_with_what_is_asked_for_beside_the_cells(
        [Values("", "?includeObject=Metadata", "?includeObject=None", "?includeObject=Object")] string include)
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        var table = (await SendAsync(HttpMethod.Get, collection + include, accept: Table)).Json;
        Assert.That(table["columnDefinitions"]![0]!["name"]!.ToString(), Is.EqualTo("Name"));
        Assert.That(VersionOf(table), Is.GreaterThan(0));
        var row = table["rows"]!.AsArray().Single(one => one!["cells"]![0]!.ToString() == "a")!;
        AssertIncluded(row["object"], include);
    }

    [Test]
    public async Task A_table_with_something_unknown_beside_its_cells_is_refused([Values("", "&watch=true")] string watch)
    {
        var refused = await SendAsync(HttpMethod.Get, $"{await kind.CollectionAsync()}?includeObject=Everything{watch}", accept: Table);
        Assert.That(refused.Message, Is.EqualTo(
            "Unable to convert to Table as requested: includeObject: Invalid value: \"Everything\": must be 'Metadata', 'Object', 'None', or empty"));
        Assert.That((int)refused.Code, Is.EqualTo(400));
    }

    [Test]
    public async Task What_ends_a_watch_is_an_event_with_a_status_in_json()
    {
        using var watch = await OpenWatch.StartAsync(await kind.CollectionAsync() + "?watch=true&resourceVersion=1");
        var told = (await watch.NextAsync())!;
        Assert.That(told["type"]!.ToString(), Is.EqualTo("ERROR"));
        Assert.That((told["object"]!["kind"]!.ToString(), told["object"]!["code"]!.GetValue<int>(), told["object"]!["reason"]!.ToString()), Is.EqualTo(("Status", 410, "Expired")));
        Assert.That(told["object"]!["message"]!.ToString(), Does.Match("^too old resource version: 1 \\([0-9]+\\)$"));
        Assert.That(await watch.NextAsync(), Is.Null, "nothing follows");
    }

    [Test]
    public async Task What_ends_a_watch_is_an_event_with_a_status_in_protobuf()
    {
        if (!kind.HasProtobuf)
            return;
        using var watch = await OpenWatch.StartAsync(await kind.CollectionAsync() + "?watch=true&resourceVersion=1", Protobuf);
        var (type, of, message) = await watch.FrameAsync();
        Assert.That((type, of.Kind, Machinery.Serialization.Protobuf.Decode<Status>(message).Code), Is.EqualTo(("ERROR", "Status", 410)));
    }

    [Test]
    public async Task A_version_that_has_not_happened_is_waited_for_and_then_ends_a_watch_with_an_event()
    {
        using var watch = await OpenWatch.StartAsync(
            await kind.CollectionAsync() + "?watch=true&resourceVersion=99999999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        var told = (await watch.NextAsync())!;
        Assert.That((told["type"]!.ToString(), told["object"]!["code"]!.GetValue<int>()), Is.EqualTo(("ERROR", 504)));
        Assert.That(told["object"]!["details"]!["causes"]![0]!["reason"]!.ToString(), Is.EqualTo("ResourceVersionTooLarge"));
    }

    private static long VersionOf(JsonNode one) => long.Parse(one["metadata"]!["resourceVersion"]!.ToString(), null);

    private static ObjectMeta MetadataOf(byte[] message)
    {
        var reader = new ProtobufReader(message);
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                return Machinery.Serialization.Protobuf.Decode<ObjectMeta>(reader.Bytes());
            reader.Skip(tag);
        }

        throw new AssertionException("there is no metadata");
    }

    private void AssertIncluded(JsonNode? included, string include)
    {
        var asked = include.Length == 0 ? "Metadata" : include[(include.IndexOf('=', StringComparison.Ordinal) + 1)..];
        Assert.That(included?["kind"]?.ToString(), Is.EqualTo(asked switch { "None" => null, "Object" => kind.Kind, _ => "PartialObjectMetadata" }));
    }
}
