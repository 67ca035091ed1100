using System.Runtime.CompilerServices;
using Etcdserverpb;
using Grpc.Core;

namespace ControlPlane.Storage.Etcd;

/// <summary>The engine for more than one machine: an etcd v3 cluster, 3.4 or newer.</summary>
public sealed class EtcdStore : IKeyValueStore
{
    private const int RangeAttempts = 3;

    // One that nobody writes: only the answer's header is of interest.
    private static readonly RangeRequest AnyKey = new() { Key = Google.Protobuf.ByteString.CopyFrom(0), CountOnly = true };

    private readonly EtcdStoreOptions _options;
    private readonly EtcdMembers _members;
    private readonly SharedRead<Revision> _currentRevision;
    private readonly CancellationTokenSource _closing = new();
    private int _closed;

    private EtcdStore(EtcdStoreOptions options)
    {
        _options = options;
        _members = new EtcdMembers(options);
        _currentRevision = new SharedRead<Revision>(() => ReadCurrentRevisionAsync(_closing.Token));
    }

    /// <summary>Finds a member that answers.</summary>
    /// <exception cref="StoreUnavailableException">None did within <see cref="EtcdStoreOptions.ConnectTimeout"/>.</exception>
    public static async Task<EtcdStore> ConnectAsync(EtcdStoreOptions options, CancellationToken cancel)
    {
        if (options.Endpoints.Count == 0)
            throw new ArgumentException("etcd needs at least one endpoint", nameof(options));
        var store = new EtcdStore(options);
        var start = options.Time.GetTimestamp();
        while (true)
        {
            try
            {
                await store.CurrentRevisionAsync(cancel);
                return store;
            }
            catch (StoreUnavailableException) when (options.Time.GetElapsedTime(start) < options.ConnectTimeout)
            {
                // Each call has a pause of its own between its attempts.
            }
            catch
            {
                await store.DisposeAsync();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Revision> CurrentRevisionAsync(CancellationToken cancel)
    {
        try
        {
            return await _currentRevision.ReadAsync(cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw EtcdErrors.Closed();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<RangeResult> RangeAsync(RangeQuery query, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await new EtcdRange(_members, query).ReadAsync(cancel);
            }
            catch (RpcException error) when (EtcdErrors.IsFuture(error))
            {
                return new RangeResult.Future(await CurrentRevisionAsync(cancel));
            }
            catch (RpcException error) when (EtcdErrors.IsCompacted(error) && !query.At.IsNone)
            {
                return new RangeResult.Compacted(await EtcdWatch.FindCompactionAsync(_members, _options, cancel));
            }
            catch (RpcException error) when (EtcdErrors.IsCompacted(error) && attempt < RangeAttempts)
            {
                // Somebody compacted to a revision newer than this range's first page: it is read anew.
            }
            catch (RpcException error)
            {
                throw EtcdErrors.Unavailable(error, outcomeUnknown: false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancel)
    {
        TransactionCheck.SizeInBytes(transaction);
        var request = EtcdMessages.Transaction(transaction);
        try
        {
            return EtcdMessages.Result(await _members.CallAsync(
                (member, options) => member.Keys.TxnAsync(request, options), repeatable: false, cancel));
        }
        catch (RpcException error) when (EtcdErrors.IsLeaseNotFound(error))
        {
            throw new LeaseNotFoundException(transaction.Writes.OfType<StoreWrite.Put>().First(put => put.Lease != LeaseId.None).Lease);
        }
        catch (RpcException error) when (EtcdErrors.IsTooLarge(error))
        {
            throw new TransactionTooLargeException(error.Status.Detail, error);
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Unavailable(error, outcomeUnknown: EtcdErrors.IsFull(error));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreWatchMessage> WatchAsync(StoreWatchQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closing.Token);
        using var watch = new EtcdWatch(_members, query, _options);
        await using var messages = watch.ReadAllAsync(ending.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await HasNextAsync(messages, cancel))
            yield return messages.Current;
    }

    /// <inheritdoc/>
    public async ValueTask<LeaseId> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive, TimeSpan.FromSeconds(1));
        var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) };
        // Should the first of two have had its effect, that lease has no keys and goes by itself.
        var response = await CallAsync((member, options) => member.Leases.LeaseGrantAsync(request, options), cancel);
        return new LeaseId(response.ID);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> KeepLeaseAliveAsync(LeaseId lease, CancellationToken cancel)
    {
        var service = _members.Current;
        try
        {
            using var stream = service.Member.Leases.LeaseKeepAlive(service.Member.Call(cancel));
            await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = lease.Value }, cancel);
            await stream.RequestStream.CompleteAsync();
            return await stream.ResponseStream.MoveNext(cancel) && stream.ResponseStream.Current.TTL > 0;
        }
        catch (RpcException error)
        {
            cancel.ThrowIfCancellationRequested();
            _members.MoveOn(service, error);
            throw EtcdErrors.Unavailable(error, outcomeUnknown: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask RevokeLeaseAsync(LeaseId lease, CancellationToken cancel)
    {
        var request = new LeaseRevokeRequest { ID = lease.Value };
        try
        {
            await _members.CallAsync((member, options) => member.Leases.LeaseRevokeAsync(request, options), repeatable: true, cancel);
        }
        catch (RpcException error) when (EtcdErrors.IsLeaseNotFound(error))
        {
            // It is gone, as it should be.
        }
    }

    /// <inheritdoc/>
    public async ValueTask CompactAsync(Revision revision, CancellationToken cancel)
    {
        var request = new CompactionRequest { Revision = revision.Value };
        try
        {
            await _members.CallAsync((member, options) => member.Keys.CompactAsync(request, options), repeatable: true, cancel);
        }
        catch (RpcException error) when (EtcdErrors.IsCompacted(error))
        {
            // It is done already.
        }
        catch (RpcException error) when (EtcdErrors.IsFuture(error))
        {
            throw new ArgumentOutOfRangeException("the revision to compact to has not happened", error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> SizeInBytesAsync(CancellationToken cancel) =>
        (await CallAsync((member, options) => member.Maintenance.StatusAsync(new StatusRequest(), options), cancel)).DbSize;

    /// <summary>Ends the watches and the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        await _closing.CancelAsync();
        _members.Dispose();
    }

    private static async ValueTask<bool> HasNextAsync(IAsyncEnumerator<StoreWatchMessage> messages, CancellationToken cancel)
    {
        try
        {
            return await messages.MoveNextAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            cancel.ThrowIfCancellationRequested();
            throw EtcdErrors.Closed();
        }
    }

    private async Task<Revision> ReadCurrentRevisionAsync(CancellationToken cancel) =>
        new((await CallAsync((member, options) => member.Keys.RangeAsync(AnyKey, options), cancel)).Header.Revision);

    /// <summary>For calls that etcd has no reason to refuse.</summary>
    private async ValueTask<T> CallAsync<T>(Func<EtcdMember, CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancel)
    {
        try
        {
            return await _members.CallAsync(start, repeatable: true, cancel);
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Unavailable(error, outcomeUnknown: false);
        }
    }
}
