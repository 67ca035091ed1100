namespace ControlPlane.TestKit.Histories;

/// <summary>Clients that write and watchers that follow them, each in a task of its own: the writers end first, so that the watchers can see what they did.</summary>
public sealed class Crew : IAsyncDisposable
{
    private readonly List<Task> _writing = [];
    private readonly List<Task> _watching = [];
    private readonly CancellationTokenSource _endOfWriting = new();
    private readonly CancellationTokenSource _endOfWatching = new();

    /// <summary>Starts somebody who writes until told to stop.</summary>
    public void Write(Func<CancellationToken, Task> run) => _writing.Add(Task.Run(() => run(_endOfWriting.Token)));

    /// <summary>Starts somebody who watches, or does something else, until told to stop.</summary>
    public void Watch(Func<CancellationToken, Task> run) => _watching.Add(Task.Run(() => run(_endOfWatching.Token)));

    /// <summary>Ends the writers; throws what one of them failed with.</summary>
    public async Task EndWritingAsync()
    {
        await _endOfWriting.CancelAsync();
        await Task.WhenAll(_writing);
    }

    /// <summary>Ends the watchers; throws what one of them failed with.</summary>
    public async Task EndWatchingAsync()
    {
        await _endOfWatching.CancelAsync();
        await Task.WhenAll(_watching);
    }

    /// <summary>Waits until a condition holds. Who has failed says why; nobody is waited for in vain.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(async () =>
    {
        if (_writing.Concat(_watching).FirstOrDefault(task => task.IsFaulted) is { } failed)
            await failed;
        return condition();
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _endOfWriting.CancelAsync();
        await _endOfWatching.CancelAsync();
        await Task.WhenAll([.. _writing, .. _watching]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _endOfWriting.Dispose();
        _endOfWatching.Dispose();
    }
}
