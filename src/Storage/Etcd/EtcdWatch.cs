using System.Runtime.CompilerServices;
using Etcdserverpb;
using Grpc.Core;

namespace ControlPlane.Storage.Etcd;

/// <summary>One watch, on one stream after the other.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>A stream begins at the last revision that was passed on, not after it, and what is known is left out. etcd thus refuses to begin when that
/// revision lies before its compaction. Had we begun after it, a deletion at the very revision of the compaction could be missing without a word:
/// compaction removes it, but etcd accepts watches from there.</item>
/// <item>The changes of one revision come in one answer, or in fragments of one; a revision is passed on when its answer is whole.</item>
/// <item>A stream ends when its member serves no longer (<see cref="EtcdService"/>), and the next one is the new member's.</item>
/// <item>Nothing is buffered here. Who reads slowly holds up the stream by HTTP/2's flow control, and etcd then reads the history for it.</item>
/// </list>
/// </remarks>
internal sealed class EtcdWatch(EtcdMembers members, StoreWatchQuery query, EtcdStoreOptions options) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private Revision _seen = query.After;
    private EtcdService? _service;
    private CancellationTokenSource? _ending;
    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse>? _stream;
    private WatchResponse? _fragments;
    private long? _lostAt;

    public async IAsyncEnumerable<StoreWatchMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var response = await ReadAsync(cancel);
            if (response.CompactRevision > 0)
            {
                yield return new StoreWatchMessage.Compacted(new Revision(response.CompactRevision));
                yield break;
            }

            foreach (var message in Translate(response))
                yield return message;
        }
    }

    /// <summary>
    /// Asks for the revision of the last compaction, of which there must have been one. etcd tells it in no other way: it refuses a watch from the beginning with it.
    /// </summary>
    public static async ValueTask<Revision> FindCompactionAsync(EtcdMembers members, EtcdStoreOptions options, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(options.CallTimeout, options.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        using var watch = new EtcdWatch(members, new StoreWatchQuery("\0", new Revision(1)), options);
        try
        {
            while (true)
            {
                if (await watch.ReadAsync(ending.Token) is { CompactRevision: > 0 and var compacted })
                    return new Revision(compacted);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new StoreUnavailableException("etcd does not tell its compaction", outcomeUnknown: false);
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
        _ending?.Dispose();
        _ending = null;
        _fragments = null;
    }

    /// <summary>Gives the next whole answer, on another member when one has failed, for as long as one is found in time.</summary>
    private async ValueTask<WatchResponse> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                _stream ??= await OpenAsync(cancel);
                if (!await _stream.ResponseStream.MoveNext(cancel))
                    throw new RpcException(new Status(StatusCode.Unavailable, "the stream has ended"));
                if (Whole(_stream.ResponseStream.Current) is { } response)
                    return response;
            }
            catch (RpcException error)
            {
                cancel.ThrowIfCancellationRequested();
                Dispose();
                members.MoveOn(_service!, error);
                _lostAt ??= options.Time.GetTimestamp();
                if (options.Time.GetElapsedTime(_lostAt.Value) > options.ConnectTimeout)
                    throw EtcdErrors.Unavailable(error, outcomeUnknown: false);
                await Task.Delay(Pause, options.Time, cancel);
            }
            catch (ObjectDisposedException)
            {
                throw EtcdErrors.Closed();
            }
        }
    }

    private async Task<AsyncDuplexStreamingCall<WatchRequest, WatchResponse>> OpenAsync(CancellationToken cancel)
    {
        _service = members.Current;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancel, _service.Over);
        var stream = _service.Member.Watches.Watch(EtcdMember.Stream(_ending.Token));
        try
        {
            await stream.RequestStream.WriteAsync(Request(), cancel);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private WatchRequest Request()
    {
        var keys = KeyInterval.Prefix(query.Prefix);
        return new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = EtcdMessages.Key(keys.Start),
                RangeEnd = EtcdMessages.Key(keys.End!),
                StartRevision = Math.Max(1, _seen.Value),
                PrevKv = true,
                Fragment = true,
                ProgressNotify = query.ProgressEvery > TimeSpan.Zero,
            },
        };
    }

    /// <summary>Puts fragments together; null while some are missing.</summary>
    private WatchResponse? Whole(WatchResponse response)
    {
        if (response is { Canceled: true, CompactRevision: 0 })
            throw new RpcException(new Status(StatusCode.Unavailable, response.CancelReason));
        _lostAt = null;
        if (_fragments is not null)
        {
            _fragments.Events.Add(response.Events);
            _fragments.Header = response.Header;
        }
        else if (response.Fragment)
        {
            _fragments = response;
        }

        if (response.Fragment)
            return null;
        var whole = _fragments ?? response;
        _fragments = null;
        return whole;
    }

    private IEnumerable<StoreWatchMessage> Translate(WatchResponse response)
    {
        if (response.Created)
            yield break;
        if (response.Events.Count == 0)
        {
            if (Advance(response.Header.Revision))
                yield return new StoreWatchMessage.Progress(_seen);
            yield break;
        }

        for (var index = 0; index < response.Events.Count;)
        {
            var revision = response.Events[index].Kv.ModRevision;
            var changes = new List<StoreChange>(1);
            for (; index < response.Events.Count && response.Events[index].Kv.ModRevision == revision; index++)
                changes.Add(EtcdMessages.Change(response.Events[index]));
            if (Advance(revision))
                yield return new StoreWatchMessage.Changed(_seen, changes);
        }
    }

    private bool Advance(long revision)
    {
        if (revision <= _seen.Value)
            return false;
        _seen = new Revision(revision);
        return true;
    }
}
