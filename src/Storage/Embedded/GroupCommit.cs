using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The one writer. It takes what has queued up while the last fsync was under way, applies it in one SQLite transaction, and only when that is durable
/// publishes the revisions to watchers and then answers the callers.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Requests are applied in the order in which they were queued, and revisions are given in that order.</item>
/// <item>Nobody is told of a revision before its COMMIT has returned: SQLite moves the readers' end of the log after its fsync, and we publish after that.</item>
/// <item>The first failure is the last thing it does. After a failed fsync the kernel may have dropped the very pages that failed, and report success the
/// next time, so that nothing can be promised any more until the file has been opened again.</item>
/// <item>It has a thread of its own: it blocks on the disk, and must not wait for a place in a busy thread pool.</item>
/// </list>
/// </remarks>
internal sealed partial class GroupCommit : IAsyncDisposable
{
    private readonly VersionWriter _writer;
    private readonly WatchHub _hub;
    private readonly EmbeddedStoreOptions _options;
    private readonly Channel<WriteRequest> _queue;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteRequest> _batch = [];
    private Exception? _failure;

    public GroupCommit(VersionWriter writer, WatchHub hub, EmbeddedStoreOptions options)
    {
        _writer = writer;
        _hub = hub;
        _options = options;
        _queue = Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(options.MaxPendingTransactions)
        {
            SingleReader = true,
            // The reader's continuation only wakes the writer thread: not worth a detour over the thread pool.
            AllowSynchronousContinuations = true,
        });
        new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>
    /// Queues a request and waits for its answer. Cancellation takes it back only while it waits for a place in the queue: after that its outcome would be
    /// unknown, and it is known within milliseconds.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The file has failed, or the store is closed.</exception>
    public async ValueTask<T> SubmitAsync<T>(WriteRequest<T> request, CancellationToken cancel)
    {
        try
        {
            if (!_queue.Writer.TryWrite(request))
                await _queue.Writer.WriteAsync(request, cancel);
        }
        catch (ChannelClosedException)
        {
            throw new StoreUnavailableException("the store is closed", outcomeUnknown: false);
        }

        return await request.Answer;
    }

    /// <summary>Finishes what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
        _writer.Dispose();
    }

    private void Run()
    {
        while (TakeBatch())
        {
            if (_failure is null)
                ProcessBatch();
            else
                RefuseBatch(Unavailable(outcomeUnknown: false));
            _batch.Clear();
        }

        _ended.SetResult();
    }

    private bool TakeBatch()
    {
#pragma warning disable VSTHRD002 // This is a thread of its own, made to wait.
        if (!_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            return false;
#pragma warning restore VSTHRD002
        var bytes = 0L;
        while (_batch.Count < _options.MaxBatchTransactions && bytes < _options.MaxBatchBytes && _queue.Reader.TryRead(out var request))
        {
            _batch.Add(request);
            bytes += request.Bytes;
        }

        return true;
    }

    private void ProcessBatch()
    {
        var committing = false;
        try
        {
            _writer.Begin();
            foreach (var request in _batch)
                request.Apply(_writer);
            committing = true;
            var changed = _writer.Commit();
            _hub.Publish(changed, _writer.Revision);
            foreach (var request in _batch)
                request.Acknowledge();
            _batch.Clear();
            _writer.CheckpointWhenDue();
        }
        catch (Exception error)
        {
            Fail(error, outcomeUnknown: committing);
        }
    }

    private void Fail(Exception error, bool outcomeUnknown)
    {
        _failure = error;
        WritingFailed(_options.Log, error, _options.Path);
        RefuseBatch(Unavailable(outcomeUnknown));
        try
        {
            _writer.RollBack();
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite has rolled back by itself, or cannot: no further statement is run on this connection either way.
        }
    }

    private void RefuseBatch(StoreUnavailableException reason)
    {
        foreach (var request in _batch)
            request.Refuse(reason);
    }

    private StoreUnavailableException Unavailable(bool outcomeUnknown) =>
        new($"{_options.Path} takes no more writes until it is opened again: {_failure!.Message}", outcomeUnknown, _failure);

    [LoggerMessage(LogLevel.Critical, "Writing to {Path} has failed; all writes are refused from now on")]
    private static partial void WritingFailed(ILogger log, Exception error, string path);
}
