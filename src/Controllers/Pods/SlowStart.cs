namespace ControlPlane.Controllers.Pods;

/// <summary>Runs an action many times, in batches that double as long as all succeed: where the first fails (a quota, a bad template), thousands do not follow.</summary>
internal static class SlowStart
{
    private const int FirstBatch = 1; // controller_utils.go: SlowStartInitialBatchSize

    /// <summary>Runs it so many times; stops after the batch in which one failed.</summary>
    /// <returns>How many succeeded, and the first failure.</returns>
    public static async Task<(int Succeeded, Exception? Failure)> RunAsync(int count, Func<Task> actAsync)
    {
        var (done, left) = (0, count);
        for (var batch = Math.Min(FirstBatch, left); batch > 0; batch = Math.Min(2 * batch, left))
        {
            var failures = await RunBatchAsync(batch, actAsync);
            done += batch - failures.Count;
            if (failures.Count > 0)
                return (done, failures[0]);
            left -= batch;
        }
        return (done, null);
    }

    /// <summary>Runs them all at once; returns those that failed.</summary>
    public static async Task<List<Exception>> RunBatchAsync(int count, Func<Task> actAsync) =>
        await FailuresAsync(Enumerable.Range(0, count).Select(_ => actAsync()));

    /// <summary>Waits for all; returns the failures.</summary>
    public static async Task<List<Exception>> FailuresAsync(IEnumerable<Task> tasks)
    {
        var all = tasks.ToList();
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return [.. all.Where(static task => !task.IsCompletedSuccessfully).Select(static task => task.Exception?.InnerException ?? new OperationCanceledException())];
    }
}
