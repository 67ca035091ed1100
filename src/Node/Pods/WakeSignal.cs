namespace ControlPlane.Node.Pods;

/// <summary>Wakes one loop. Signals that come while the loop works are one signal at its next wait; none is lost.</summary>
internal sealed class WakeSignal(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = NewSource();

    /// <summary>Wakes the loop.</summary>
    public void Set()
    {
        lock (_lock)
            _next.TrySetResult();
    }

    /// <summary>Returns at the next signal, after <paramref name="limit"/>, or when cancelled, whichever is first; never throws.</summary>
    public async Task WaitAsync(TimeSpan? limit, CancellationToken cancel)
    {
        Task signalled;
        lock (_lock)
            signalled = _next.Task;
        await signalled.WaitAsync(limit ?? Timeout.InfiniteTimeSpan, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (_next.Task.IsCompleted)
                _next = NewSource();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
