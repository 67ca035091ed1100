using System.Collections.Concurrent;

namespace ControlPlane.Scheduler;

/// <summary>What goes on beside the scheduling loop: bindings and reports. Bounded in number, and awaited before the loop ends.</summary>
internal sealed class SideTasks(int most) : IDisposable
{
    private readonly SemaphoreSlim _free = new(most);
    private readonly ConcurrentDictionary<long, Task> _running = new();
    private long _last;

    /// <summary>Starts the work as soon as there is room for it. The work deals with its own failures.</summary>
    public async Task StartAsync(Func<Task> workAsync, CancellationToken cancel)
    {
        await _free.WaitAsync(cancel);
        var number = ++_last;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[number] = RunAsync(number, gate.Task, workAsync);
        gate.SetResult();
    }

    /// <summary>Waits until all has ended.</summary>
    public async Task DrainAsync()
    {
        while (!_running.IsEmpty)
            await Task.WhenAll(_running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _free.Dispose();

    private async Task RunAsync(long number, Task gate, Func<Task> workAsync)
    {
        // The loop goes on deciding; the work begins on another thread, and not before it is listed.
        await gate;
        try
        {
            await workAsync();
        }
        finally
        {
            _free.Release();
            _running.TryRemove(number, out _);
        }
    }
}
