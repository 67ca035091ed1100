namespace ControlPlane.Storage.Etcd;

/// <summary>
/// Lets concurrent callers of a linearizable read share one. Who comes while one is under way may not join it, since it may have been served before he
/// came; all who come in that time share the one after it. So there are at most two, however many ask.
/// </summary>
internal sealed class SharedRead<T>(Func<Task<T>> readAsync)
{
    private readonly Lock _lock = new();
    private Task _underWay = Task.CompletedTask;
    private Task<T>? _next;

    /// <summary>What the read gives, begun after this call.</summary>
    public Task<T> ReadAsync(CancellationToken cancel)
    {
        lock (_lock)
            return (_next ??= ReadAfterAsync(_underWay)).WaitAsync(cancel);
    }

    private async Task<T> ReadAfterAsync(Task underWay)
    {
        // Without the yield the first read would begin before _next is set.
        await underWay.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        Task<T> read;
        lock (_lock)
        {
            _next = null;
            _underWay = read = readAsync();
        }

        return await read;
    }
}
