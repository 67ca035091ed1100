using Etcdserverpb;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace ControlPlane.Storage.Etcd;

/// <summary>
/// One range, read in pages: etcd makes up each answer in memory, as we do, so that a large range in one piece would cost both sides a peak, and stall the
/// other calls on the connection. All pages are of the revision that the first was read at.
/// </summary>
internal sealed class EtcdRange(EtcdMembers members, RangeQuery query)
{
    private const int FirstPage = 500; // kube-apiserver: the page size of its reflectors
    private const int LargestPage = 10_000; // kube-apiserver: maxLimit of its paged reads
    private const int PageBytes = 8 << 20; // what a page is to be about as large as, judged by the page before it

    private readonly List<KeyValue> _items = [];

    /// <summary>Reads all pages.</summary>
    /// <exception cref="RpcException">etcd refuses the revision.</exception>
    public async ValueTask<RangeResult.Found> ReadAsync(CancellationToken cancel)
    {
        var request = FirstRequest();
        var first = await CallAsync(request, cancel);
        var response = first;
        Add(response.Kvs);
        request.Revision = query.At.IsNone ? first.Header.Revision : query.At.Value;
        while (response.More && (query.Limit == 0 || _items.Count < query.Limit))
        {
            request.Key = EtcdMessages.Key(_items[^1].Key + '\0');
            request.Limit = PageLimit(NextPage(response));
            response = await CallAsync(request, cancel);
            Add(response.Kvs);
        }

        return new RangeResult.Found(_items, first.Count, new Revision(first.Header.Revision));
    }

    private RangeRequest FirstRequest()
    {
        var request = new RangeRequest
        {
            Key = EtcdMessages.Key(query.Keys.Start),
            Revision = query.At.Value,
            KeysOnly = query.KeysOnly,
            CountOnly = query.CountOnly,
            Limit = query.CountOnly ? 0 : PageLimit(FirstPage),
        };
        if (query.Keys.End is { } end)
            request.RangeEnd = EtcdMessages.Key(end);
        return request;
    }

    private ValueTask<RangeResponse> CallAsync(RangeRequest request, CancellationToken cancel) =>
        members.CallAsync((member, options) => member.Keys.RangeAsync(request, options), repeatable: true, cancel);

    private void Add(RepeatedField<Mvccpb.KeyValue> items)
    {
        foreach (var item in items)
            _items.Add(EtcdMessages.Item(item));
    }

    private int PageLimit(int page) => query.Limit == 0 ? page : Math.Min(page, query.Limit - _items.Count);

    private static int NextPage(RangeResponse page) =>
        (int)Math.Clamp(PageBytes * (long)page.Kvs.Count / Math.Max(page.CalculateSize(), 1), 1, LargestPage);
}
