namespace ControlPlane.Parts;

/// <summary>Runs parts in the order of their needs, and ends them all when one fails or the process shall stop.</summary>
/// <remarks>
/// Invariants: a part starts only after all it needs are ready; a part is told to stop only after all that need it have ended;
/// the first failure is what the caller gets, after everything has been stopped.
/// </remarks>
internal sealed class PartRunner
{
    private readonly IReadOnlyList<Running> _parts;
    private readonly CancellationTokenSource _failed = new();

    public PartRunner(IReadOnlyList<Part> parts)
    {
        var made = new Dictionary<Part, Running>();
        foreach (var part in parts)
        {
            var needs = part.Needs.Select(need => made.GetValueOrDefault(need)
                ?? throw new ArgumentException($"{part.Name} needs {need.Name}, which must stand before it", nameof(parts)));
            made[part] = new Running(part, [.. needs]);
        }

        _parts = [.. made.Values];
    }

    /// <summary>What is not ready yet, by name.</summary>
    public IReadOnlyList<string> Starting => [.. _parts.Where(part => !part.Ready.Task.IsCompleted).Select(part => part.Part.Name)];

    /// <summary>What has not ended yet, by name.</summary>
    public IReadOnlyList<string> Stopping => [.. _parts.Where(part => !part.Ended.IsCompleted).Select(part => part.Part.Name)];

    /// <summary>All parts are ready.</summary>
    public Task Ready => Task.WhenAll(_parts.Select(part => part.Ready.Task));

    /// <summary>Runs until stopped or until a part fails.</summary>
    /// <exception cref="PartFailedException">A part failed or ended by itself.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, _failed.Token);
        var runs = _parts.Select(part => (Part: part, Task: RunOneAsync(part, ending.Token))).ToList();
        foreach (var (part, task) in runs)
            part.Ended = task;
        await Task.WhenAll(runs.Select(run => run.Task));
        if (_parts.FirstOrDefault(part => part.Failure is not null) is { } failed)
            throw new PartFailedException(failed.Part.Name, failed.Failure!);
    }

    private async Task RunOneAsync(Running running, CancellationToken ending)
    {
        await Task.Yield();
        using var stop = new CancellationTokenSource();
        try
        {
            await Task.WhenAll(running.Needs.Select(need => need.Ready.Task)).WaitAsync(ending);
            await using var registration = ending.Register(() => _ = StopAfterDependentsAsync(running, stop));
            await running.Part.RunAsync(() => running.Ready.TrySetResult(), stop.Token);
            if (!ending.IsCancellationRequested)
                throw new InvalidOperationException("it ended by itself");
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            if (!ending.IsCancellationRequested || failure is not OperationCanceledException)
                running.Failure = failure;
            await _failed.CancelAsync();
        }
        finally
        {
            running.Ready.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task StopAfterDependentsAsync(Running running, CancellationTokenSource stop)
    {
        await Task.WhenAll(_parts.Where(part => part.Needs.Contains(running)).Select(part => part.Ended));
        try
        {
            await stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended on its own in the meantime.
        }
    }

    private sealed class Running(Part part, IReadOnlyList<Running> needs)
    {
        public Part Part { get; } = part;

        public IReadOnlyList<Running> Needs { get; } = needs;

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended { get; set; } = Task.CompletedTask;

        public Exception? Failure { get; set; }
    }
}

/// <summary>A part of the process failed; the process has been stopped.</summary>
internal sealed class PartFailedException(string part, Exception inner) : Exception($"{part}: {inner.Message}", inner);
