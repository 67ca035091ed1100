using System.IO.Pipelines;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>What lists and watches allocate for each object that they write: nothing, once its bytes have been made for somebody.</summary>
public sealed class ReadAllocationTests
{
    private const int Few = 100;
    private const int Many = 400;

    // What the runtime allocates beside us now and then, spread over the objects; an object's own share is dozens of bytes at least.
    private const double BytesPerObjectMax = 8;

    private const string Json = "application/json";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";

    private ServedResource _maps = null!;
    private string _namespace = "";

    [OneTimeSetUp]
    public async Task MakeObjectsAsync()
    {
        _namespace = await NamespaceAsync();
        for (var i = 0; i < Many; i++)
            await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{_namespace}/configmaps", $$$"""{"metadata":{"name":"m{{{i}}}","labels":{"n":"{{{i}}}"} },"data":{"k":"{{{new string('v', 300)}}}"} }""");
        Assert.That(Fixture.Server.Catalog.Current.TryFind(new GroupVersionResource("", "v1", "configmaps"), out var maps), Is.True);
        _maps = maps!;
    }

    [TestCase(Json)]
    [TestCase(Protobuf)]
    [TestCase(Json + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")]
    [TestCase(Protobuf + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")]
    public async Task A_longer_list_allocates_no_more_than_a_shorter(string accept)
    {
        var (few, many) = (await PageAsync(Few), await PageAsync(Many));
        var more = Allocated(() => Write(many, accept)) - Allocated(() => Write(few, accept));
        Assert.That(more / (double)(Many - Few), Is.LessThan(BytesPerObjectMax));
    }

    [TestCase(Json)]
    [TestCase(Protobuf)]
    [TestCase(Json + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1")]
    [TestCase(Protobuf + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1")]
    [TestCase(Json + ";as=Table;g=meta.k8s.io;v=v1")]
    public async Task More_events_of_a_watch_allocate_no_more_than_fewer(string accept)
    {
        var events = (await PageAsync(Many)).Items.Select(one => new WatchItem(WatchEventType.Added, one, one.Revision)).ToArray();
        var http = Context(accept);
        var form = Negotiation.Choose(http.Http.Request, MediaTypes.Streams, Negotiation.Views.Table | Negotiation.Views.Metadata);
        var pipe = PipeWriter.Create(Stream.Null);
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var more = Allocated(() => Tell(events)) - Allocated(() => Tell(events[..Few]));
        Assert.That(more / (double)(Many - Few), Is.LessThan(BytesPerObjectMax));

        void Tell(ReadOnlySpan<WatchItem> told)
        {
            var writer = new WatchEvents(QueryParameters.None, _maps, form, clock);
            foreach (var one in told)
            {
                writer.Write(pipe, one);
                var flushed = pipe.FlushAsync();
                if (!flushed.IsCompletedSuccessfully)
                    throw new AssertionException("it left this thread");
#pragma warning disable VSTHRD002 // It has completed.
                _ = flushed.Result;
#pragma warning restore VSTHRD002
            }
        }
    }

    [TestCase(Json)]
    [TestCase(Protobuf)]
    public async Task A_larger_object_is_got_with_no_more_than_a_smaller(string accept)
    {
        var maps = $"api/v1/namespaces/{_namespace}/configmaps";
        var name = accept.Split('/')[^1];
        await OkAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"small.{{{name}}}"} }""");
        await OkAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"large.{{{name}}}"},"data":{"k":"{{{new string('v', 60_000)}}}"} }""");
        var (small, large) = (await GetAsync("small." + name), await GetAsync("large." + name));
        var more = Allocated(() => Got(large, accept)) - Allocated(() => Got(small, accept));
        Assert.That(more, Is.LessThan(4096), "the object's own 60 kB are not copied; what holds pooled buffers together is");
    }

    private async Task<ObjectPage> PageAsync(long size) =>
        await _maps.Store.ListAsync(new ListRequest { Namespace = _namespace, Limit = size, Selection = ObjectSelection.Parse(_maps.Definition, "n", "") }, CancellationToken.None);

    private async Task<StoredObject> GetAsync(string name) => await _maps.Store.GetAsync(new ObjectKey(_namespace, name), "", CancellationToken.None);

    private void Write(ObjectPage page, string accept)
    {
        var context = Context(accept);
        var form = ListWriter.Negotiate(context, _maps);
        Finish(ListWriter.WriteAsync(context, _maps, page, form, DateTimeOffset.UnixEpoch, CancellationToken.None));
    }

    private void Got(StoredObject one, string accept)
    {
        var context = Context(accept);
        var form = ObjectWriter.Negotiate(context, _maps);
        Finish(ObjectWriter.WriteAsync(context, 200, _maps, one, form, DateTimeOffset.UnixEpoch, CancellationToken.None));
    }

    // The stream takes all at once, so that nothing leaves this thread, whose allocations are counted.
    private static void Finish(Task writing) => Assert.That(writing.IsCompletedSuccessfully, Is.True);

    private static ApiContext Context(string accept)
    {
        var http = new DefaultHttpContext { Response = { Body = Stream.Null } };
        http.Request.Headers.Accept = accept;
        return new ApiContext(http);
    }

    private static long Allocated(Action action)
    {
        // Made once, jitted, pooled.
        for (var i = 0; i < 50; i++)
            action();
        var least = long.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
