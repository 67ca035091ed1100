namespace ControlPlane.Streaming.Channels;

/// <summary>Cancels a token when nothing has happened for a while.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly ITimer _timer;
    private readonly TimeSpan _timeout;

    public IdleWatch(TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
    {
        _timeout = timeout;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _timer = clock.CreateTimer(static state => ((IdleWatch)state!).Expire(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled by idleness or by the token that the watch was made with.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Was it idleness?</summary>
    public bool Expired { get; private set; }

    public void Touch() => _timer.Change(_timeout, Timeout.InfiniteTimeSpan);

    public void Cancel() => _stop.Cancel();

    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }

    private void Expire()
    {
        Expired = true;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended in the same instant.
        }
    }
}
