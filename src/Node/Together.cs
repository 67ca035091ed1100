namespace ControlPlane.Node;

/// <summary>Runs parts that need each other: one that fails ends the others, for half an agent is worse than none.</summary>
internal static class Together
{
    /// <summary>Returns when all have ended, or were asked to; throws what the first that failed threw. A part that ends by itself has done its work.</summary>
    public static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> parts, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await Task.WhenAll(parts.Select(part => GuardAsync(part, stop)));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ended as asked.
        }
    }

    private static async Task GuardAsync(Func<CancellationToken, Task> part, CancellationTokenSource stop)
    {
        try
        {
            await part(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ended because it was asked to, or because another failed.
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }
}
