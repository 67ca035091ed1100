namespace ControlPlane.Parts;

/// <summary>Waiting for the end.</summary>
internal static class Forever
{
    /// <summary>Completes, without an exception, when cancelled.</summary>
    public static async Task UntilAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }
}
