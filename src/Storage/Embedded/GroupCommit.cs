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
/// <item>When there is no room on the disk, the batch is taken back and refused, and the next one is tried: nothing has been lost, and room may come.</item>
/// <item>Any other failure is the last thing it does. After a failed fsync the kernel may have dropped the very pages that failed, and report success the
/// next time, so that nothing can be promised any more until the file has been opened again.</item>
/// <item>It has a thread of its own: it blocks on the disk, and must not wait for a place in a busy thread pool.</item>
/// </list>
/// </remarks>
internal sealed partial class GroupCommit : IAsyncDisposable
{
    private readonly VersionWriter _writer;
    private readonly AcknowledgedMark _mark;
    private readonly WatchHub _hub;
    private readonly ReaderPool _readers;
    private readonly EmbeddedStoreOptions _options;
    private readonly Channel<WriteRequest> _queue;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Revision> _excess = Channel.CreateBounded<Revision>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly List<WriteRequest> _batch = [];
    private Exception? _failure;
    private bool _wasRefused;

    public GroupCommit(VersionWriter writer, AcknowledgedMark mark, WatchHub hub, ReaderPool readers, EmbeddedStoreOptions options)
    {
        _writer = writer;
        _mark = mark;
        _hub = hub;
        _readers = readers;
        _options = options;
        _queue = Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(options.MaxPendingTransactions)
        {
            SingleReader = true,
            // The reader's continuation only wakes the writer thread: not worth a detour over the thread pool.
            AllowSynchronousContinuations = true,
        });
        new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>Revisions to compact to, since there is too much history.</summary>
    public ChannelReader<Revision> Excess => _excess.Reader;

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
        _excess.Writer.TryComplete();
        _writer.Dispose();
    }

    private void Run()
    {
        while (TakeBatch())
        {
            if (_failure is null)
                ProcessBatch();
            else
                RefuseBatch(DatabaseFailure.RefusedForGood(_writer.Path, _failure, outcomeUnknown: false));
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
            _mark.Write(_writer.Revision);
            _hub.Publish(changed, _writer.Revision);
            foreach (var request in _batch)
                request.Acknowledge();
            _batch.Clear();
            _wasRefused = false;
            ForgetExcess(isShortOfRoom: _writer.Space.Shortage is not null);
            _writer.Checkpoints.RunWhenDue(_readers);
        }
        catch (Exception error) when (DatabaseFailure.IsPassing(error))
        {
            TakeBack(error);
        }
        catch (Exception error)
        {
            Fail(error, outcomeUnknown: committing);
        }
    }

    private void ForgetExcess(bool isShortOfRoom)
    {
        if (_writer.ExcessHistory(isShortOfRoom) is { IsNone: false } until)
            _excess.Writer.TryWrite(until);
    }

    // The batch is empty when it was the checkpoint that found no room: what is in the log stays there, and is carried over another time.
    private void TakeBack(Exception error)
    {
        var isFirst = !_wasRefused;
        if (isFirst)
            WritingRefused(_options.Log, _writer.Path, DatabaseFailure.Reason(error));
        _wasRefused = true;
        try
        {
            _writer.RollBack();
            RefuseBatch(DatabaseFailure.RefusedForNow(_writer.Path, error));
            _batch.Clear();
            _writer.Checkpoints.MakeRoom();
            if (isFirst)
                ForgetExcess(isShortOfRoom: true);
        }
        catch (Exception again) when (DatabaseFailure.IsPassing(again))
        {
            // There is no room for that either.
        }
        catch (Exception worse)
        {
            Fail(worse, outcomeUnknown: false);
        }
    }

    private void Fail(Exception error, bool outcomeUnknown)
    {
        _failure = error;
        WritingFailed(_options.Log, error, _writer.Path);
        RefuseBatch(DatabaseFailure.RefusedForGood(_writer.Path, error, outcomeUnknown));
        try
        {
            _writer.RollBack();
        }
        catch (Exception again) when (DatabaseFailure.IsOfTheDisk(again))
        {
            // SQLite has rolled back by itself, or cannot: no further statement is run on this connection either way.
        }
    }

    private void RefuseBatch(StoreUnavailableException reason)
    {
        foreach (var request in _batch)
            request.Refuse(reason);
    }

    [LoggerMessage(LogLevel.Critical, "Writing to {Path} has failed; all writes are refused from now on")]
    private static partial void WritingFailed(ILogger log, Exception error, string path);

    [LoggerMessage(LogLevel.Error, "Writing to {Path} is refused for now: {Reason}")]
    private static partial void WritingRefused(ILogger log, string path, string reason);
}
