namespace ControlPlane.Client;

/// <summary>When a key wants to be looked at again, if nothing happens to it before.</summary>
public readonly record struct Requeue
{
    private readonly DateTimeOffset? _at;
    private readonly TimeSpan? _after;

    private Requeue(DateTimeOffset? at, TimeSpan? after) => (_at, _after) = (at, after);

    /// <summary>Not before the next change.</summary>
    public static Requeue Never => default;

    /// <summary>As soon as possible, without counting as a failure.</summary>
    public static Requeue Now => new(null, TimeSpan.Zero);

    /// <summary>After a time.</summary>
    public static Requeue After(TimeSpan delay) => new(null, delay);

    /// <summary>At a time.</summary>
    public static Requeue At(DateTimeOffset time) => new(time, null);

    /// <summary>The sooner of two wishes.</summary>
    public static Requeue Sooner(Requeue one, Requeue other, TimeProvider clock) =>
        (one.Delay(clock), other.Delay(clock)) switch
        {
            (null, _) => other,
            (_, null) => one,
            var (first, second) => first <= second ? one : other,
        };

    /// <summary>How long from now; null for never.</summary>
    public TimeSpan? Delay(TimeProvider clock) => _after ?? (_at is { } at ? at - clock.GetUtcNow() : null);
}

/// <summary>A failure that trying again cannot heal: it is logged, and the key waits for its next change.</summary>
public sealed class TerminalException(string message, Exception? inner = null) : Exception(message, inner);
