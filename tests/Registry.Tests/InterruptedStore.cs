using System.Runtime.CompilerServices;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Tests;

/// <summary>A store whose watch the test can hold, break, or make forget, and whose commits it can hold; all else is the store's own.</summary>
internal sealed class InterruptedStore(IKeyValueStore store) : IKeyValueStore
{
    private volatile StoreWatchMessage? _next;
    private volatile bool _fails;
    private TaskCompletionSource _gate = Opened();
    private TaskCompletionSource _commitGate = Opened();
    private int _heldCommits;
    private CancellationTokenSource _break = new();
    private int _watches;

    /// <summary>How many watches have begun.</summary>
    public int Watches => _watches;

    /// <summary>The store itself: what another server writes to.</summary>
    public IKeyValueStore Beneath => store;

    /// <summary>How many commits are held.</summary>
    public int HeldCommits => Volatile.Read(ref _heldCommits);

    /// <summary>From now on no commit gets to the store.</summary>
    public void HoldCommits() => _commitGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Commits get to the store again.</summary>
    public void ReleaseCommits() => _commitGate.TrySetResult();

    /// <summary>From now on no change is told.</summary>
    public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From now on changes are told again.</summary>
    public void Release() => _gate.TrySetResult();

    /// <summary>Ends the watch, as a store that cannot be reached for a moment.</summary>
    public void Break()
    {
        _fails = true;
        Interrupt();
    }

    /// <summary>Ends the watch by saying that its history is gone.</summary>
    public void Forget(Revision compacted)
    {
        _next = new StoreWatchMessage.Compacted(compacted);
        Interrupt();
    }

    public ValueTask<Revision> CurrentRevisionAsync(CancellationToken cancel) => store.CurrentRevisionAsync(cancel);

    public ValueTask<RangeResult> RangeAsync(RangeQuery query, CancellationToken cancel) => store.RangeAsync(query, cancel);

    public async ValueTask<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancel)
    {
        Interlocked.Increment(ref _heldCommits);
        await _commitGate.Task.WaitAsync(cancel);
        Interlocked.Decrement(ref _heldCommits);
        return await store.CommitAsync(transaction, cancel);
    }

    public async IAsyncEnumerable<StoreWatchMessage> WatchAsync(StoreWatchQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        Interlocked.Increment(ref _watches);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel, _break.Token);
        await using var messages = store.WatchAsync(query, ending.Token).GetAsyncEnumerator(ending.Token);
        while (true)
        {
            try
            {
                await messages.MoveNextAsync();
                await _gate.Task.WaitAsync(ending.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                break;
            }

            yield return messages.Current;
        }

        _break = new CancellationTokenSource();
        if (Interlocked.Exchange(ref _fails, false))
            throw new StoreUnavailableException("the connection was lost", outcomeUnknown: false);
        if (_next is { } next)
            yield return next;
        _next = null;
    }

    public ValueTask<LeaseId> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancel) => store.GrantLeaseAsync(timeToLive, cancel);

    public ValueTask<bool> KeepLeaseAliveAsync(LeaseId lease, CancellationToken cancel) => store.KeepLeaseAliveAsync(lease, cancel);

    public ValueTask RevokeLeaseAsync(LeaseId lease, CancellationToken cancel) => store.RevokeLeaseAsync(lease, cancel);

    public ValueTask CompactAsync(Revision revision, CancellationToken cancel) => store.CompactAsync(revision, cancel);

    public ValueTask<long> SizeInBytesAsync(CancellationToken cancel) => store.SizeInBytesAsync(cancel);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static TaskCompletionSource Opened()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }

    private void Interrupt()
    {
        _break.Cancel();
        _gate.TrySetResult();
    }
}
