namespace ControlPlane.Client.Queues;

/// <summary>
/// How long a failed key waits: doubling for each failure of that key, and never more retries together than a bucket allows.
/// </summary>
/// <remarks>Not safe for concurrent use: the queue calls it under its lock.</remarks>
internal sealed class RetryLimiter<TKey>(TimeProvider clock, RetryLimits limits)
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly long _start = clock.GetTimestamp();
    private double _tokens = limits.Burst;
    private TimeSpan _filled = TimeSpan.Zero;

    public TimeSpan NextDelay(TKey key)
    {
        var own = OwnDelay(key);
        var shared = SharedDelay();
        return own > shared ? own : shared;
    }

    public void Forget(TKey key) => _failures.Remove(key);

    public int Failures(TKey key) => _failures.GetValueOrDefault(key);

    private TimeSpan OwnDelay(TKey key)
    {
        var failures = _failures.GetValueOrDefault(key);
        _failures[key] = failures + 1;
        var delay = limits.BaseDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 62));
        return delay < limits.MaxDelay.TotalMilliseconds ? TimeSpan.FromMilliseconds(delay) : limits.MaxDelay;
    }

    // A bucket that may go below zero: each reservation waits until its token will be there.
    private TimeSpan SharedDelay()
    {
        var now = clock.GetElapsedTime(_start);
        _tokens = Math.Min(limits.Burst, _tokens + ((now - _filled).TotalSeconds * limits.PerSecond)) - 1;
        _filled = now;
        return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / limits.PerSecond);
    }
}

/// <summary>How fast a queue gives back what failed (client-go: DefaultTypedControllerRateLimiter).</summary>
public sealed record RetryLimits
{
    /// <summary>After a key's first failure.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>However often a key failed.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(1000);

    /// <summary>Retries of all keys together, a second.</summary>
    public double PerSecond { get; init; } = 10;

    /// <summary>Retries of all keys together, at once.</summary>
    public int Burst { get; init; } = 100;
}
