namespace ControlPlane.Client.Informers;

/// <summary>Pauses that double from one failure to the next and begin anew after a quiet time.</summary>
public sealed class BackOff(TimeSpan min, TimeSpan max, TimeProvider clock, Random random)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2); // client-go: reflector back-off reset

    private TimeSpan _next;
    private long _last = clock.GetTimestamp();

    /// <summary>Waits for the next pause, which is up to twice as long as due, so that many do not come back at once.</summary>
    public Task WaitAsync(CancellationToken cancel)
    {
        if (clock.GetElapsedTime(_last) > Quiet)
            Reset();
        _last = clock.GetTimestamp();
        var due = _next > min ? _next : min;
        var pause = due * (1 + random.NextDouble());
        _next = due * 2 < max ? due * 2 : max;
        return Task.Delay(pause < max ? pause : max, clock, cancel);
    }

    /// <summary>The next pause is the shortest again.</summary>
    public void Reset() => _next = TimeSpan.Zero;
}
