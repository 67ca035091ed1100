using System.Runtime.CompilerServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>The engine for one machine: a SQLite file, one writer that commits in groups, and readers that never wait for it.</summary>
/// <remarks>
/// Read first: <see cref="DatabaseFile"/> (the tables), <see cref="GroupCommit"/> (the way of a write), <see cref="WatchHub"/> (the way to the watchers),
/// <see cref="CompactionTable"/> (how history goes).
/// </remarks>
public sealed class EmbeddedStore : IKeyValueStore
{
    private const int HistoryPageChanges = 1000; // etcd reads 1000 events at a time for watchers that are behind
    private const long HistoryPageBytes = 4 << 20;

    private static readonly TimeSpan LeaseMinimum = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaseMaximum = TimeSpan.FromDays(3650); // etcd: 285 years, which a 64-bit clock in nanoseconds cannot count to

    private readonly EmbeddedStoreOptions _options;
    private readonly DatabaseFile _file;
    private readonly WatchHub _hub;
    private readonly GroupCommit _commits;
    private readonly ReaderPool _readers;
    private readonly LeaseClock _leases;
    private readonly SemaphoreSlim _compacting = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _expiring;
    private readonly Task _forgetting;
    private int _closed;

    private EmbeddedStore(EmbeddedStoreOptions options, DatabaseFile file, VersionWriter writer)
    {
        _options = options;
        _file = file;
        _hub = new WatchHub(writer.Revision);
        _leases = new LeaseClock(options.Time);
        foreach (var (lease, timeToLive) in writer.Leases.ReadAll())
            _leases.Start(lease, timeToLive);
        _readers = new ReaderPool(file, options.ReadConnections);
        _commits = new GroupCommit(writer, file.Mark, _hub, _readers, options);
        _expiring = ExpireLeasesAsync();
        _forgetting = ForgetExcessAsync();
    }

    /// <summary>Opens the file, or creates it, for this process alone.</summary>
    /// <exception cref="StoreUnavailableException">Another process has it, a newer program wrote it, or the disk fails.</exception>
    public static Task<EmbeddedStore> OpenAsync(EmbeddedStoreOptions options, CancellationToken cancel) =>
        Task.Run(() => Open(options), cancel);

    /// <inheritdoc/>
    public ValueTask<Revision> CurrentRevisionAsync(CancellationToken cancel) => new(_hub.Current);

    /// <inheritdoc/>
    public async ValueTask<RangeResult> RangeAsync(RangeQuery query, CancellationToken cancel)
    {
        var result = await _readers.ReadAsync(static (reader, query) => reader.Range(query), query, cancel);
        if (result is RangeResult.Found found)
            _hub.Seen(found.Revision);
        return result;
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancel) =>
        _commits.SubmitAsync(
            new CommitRequest(transaction, TransactionCheck.SizeInBytes(transaction, _options.MaxTransactionWrites, _options.MaxTransactionBytes)), cancel);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreWatchMessage> WatchAsync(StoreWatchQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new WatchBuffer(query, _options.WatchBufferChanges, _options.WatchBufferBytes);
        var live = _hub.Add(buffer);
        try
        {
            await foreach (var message in ReadHistoryAsync(query, live, cancel))
            {
                yield return message;
                if (message is StoreWatchMessage.Compacted)
                    yield break;
            }

            await using var progress = StartProgress(query.ProgressEvery, buffer);
            await foreach (var message in buffer.ReadAllAsync(cancel))
                yield return message;
        }
        finally
        {
            _hub.Remove(buffer);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<LeaseId> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive, LeaseMinimum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeToLive, LeaseMaximum);
        var lease = await _commits.SubmitAsync(new GrantLeaseRequest(timeToLive), cancel);
        _leases.Start(lease, timeToLive);
        return lease;
    }

    /// <inheritdoc/>
    public ValueTask<bool> KeepLeaseAliveAsync(LeaseId lease, CancellationToken cancel) => new(_leases.KeepAlive(lease));

    /// <inheritdoc/>
    public async ValueTask RevokeLeaseAsync(LeaseId lease, CancellationToken cancel)
    {
        await _commits.SubmitAsync(new EndLeaseRequest(lease), cancel);
        _leases.Forget(lease);
    }

    /// <inheritdoc/>
    public async ValueTask CompactAsync(Revision revision, CancellationToken cancel)
    {
        await _commits.SubmitAsync(new MarkCompactionRequest(revision), cancel);
        await _compacting.WaitAsync(cancel);
        try
        {
            // Each step is one request among the others, so that writers wait for a step and never for the whole.
            while (!await _commits.SubmitAsync(new SweepRequest(), cancel))
                cancel.ThrowIfCancellationRequested();
        }
        finally
        {
            _compacting.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> SizeInBytesAsync(CancellationToken cancel) => new(_file.SizeInBytes());

    /// <summary>Finishes the writes that are queued, ends the watches, and gives the file free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        await _closing.CancelAsync();
        await Task.WhenAll(_expiring, _forgetting);
        await _readers.DisposeAsync();
        await _commits.DisposeAsync();
        _hub.Close();
        _file.Dispose();
        _closing.Dispose();
    }

    private static EmbeddedStore Open(EmbeddedStoreOptions options)
    {
        var file = DatabaseFile.Open(options.Path);
        Microsoft.Data.Sqlite.SqliteConnection? connection = null;
        try
        {
            connection = file.ConnectWriter();
            var writer = new VersionWriter(connection, file.Path, options);
            file.RefuseLoss(writer.Revision);
            return new EmbeddedStore(options, file, writer);
        }
        catch (Exception error)
        {
            connection?.Dispose();
            file.Dispose();
            if (DatabaseFailure.IsOfTheDisk(error))
                throw DatabaseFailure.CannotOpen(file.Path, error);
            throw;
        }
    }

    private async IAsyncEnumerable<StoreWatchMessage> ReadHistoryAsync(
        StoreWatchQuery query, Revision upTo, [EnumeratorCancellation] CancellationToken cancel)
    {
        var after = query.After;
        while (after < upTo)
        {
            var page = await _readers.ReadAsync(
                static (reader, ask) => reader.ReadChanges(ask.Prefix, ask.after, ask.upTo, HistoryPageChanges, HistoryPageBytes),
                (query.Prefix, after, upTo),
                cancel);
            foreach (var message in page.Messages)
                yield return message;
            after = page.Until;
        }
    }

    private ITimer? StartProgress(TimeSpan every, WatchBuffer buffer) =>
        every > TimeSpan.Zero ? _options.Time.CreateTimer(_ => _hub.OfferProgress(buffer), null, every, every) : null;

    private async Task ExpireLeasesAsync()
    {
        try
        {
            await _leases.RunAsync(lease => _commits.SubmitAsync(new EndLeaseRequest(lease), _closing.Token).AsTask(), _closing.Token);
        }
        catch (OperationCanceledException)
        {
            // The store is closing.
        }
        catch (StoreUnavailableException)
        {
            // Nothing can be written any more, which the writer has told. The leases are still there when the file is opened again.
        }
    }

    private async Task ForgetExcessAsync()
    {
        try
        {
            await foreach (var revision in _commits.Excess.ReadAllAsync(_closing.Token))
                await CompactUnlessRefusedAsync(revision);
        }
        catch (OperationCanceledException)
        {
            // The store is closing.
        }
    }

    // A refusal is told where it happens; the next batch that succeeds asks again.
    private async Task CompactUnlessRefusedAsync(Revision revision)
    {
        try
        {
            await CompactAsync(revision, _closing.Token);
        }
        catch (StoreUnavailableException)
        {
        }
    }
}
