namespace ControlPlane.TestKit.Histories;

/// <summary>When a client asked, and when it had its answer, in ticks of one monotonic clock.</summary>
public readonly record struct CallTime(long Invoked, long Completed);

/// <summary>What one client did, and what it was told.</summary>
public abstract record ClientOperation(CallTime Time)
{
    /// <summary>A create, update or delete.</summary>
    /// <param name="Time">When.</param>
    /// <param name="Key">The key.</param>
    /// <param name="Value">What to put; null to delete.</param>
    /// <param name="Expected">The revision that the key must be at, 0 for "does not exist"; null where it must only exist.</param>
    /// <param name="Outcome">What the client was told.</param>
    public sealed record Write(CallTime Time, string Key, string? Value, long? Expected, WriteOutcome Outcome) : ClientOperation(Time);

    /// <summary>A linearizable read of one key.</summary>
    /// <param name="Time">When.</param>
    /// <param name="Key">The key.</param>
    /// <param name="Found">What was there; null for nothing.</param>
    /// <param name="At">The revision that was read at; null where that was not told.</param>
    public sealed record Read(CallTime Time, string Key, KeyVersion? Found, long? At) : ClientOperation(Time);

    /// <summary>A linearizable read of all keys that begin so.</summary>
    public sealed record List(CallTime Time, string Prefix, IReadOnlyList<KeyVersion> Found, long At) : ClientOperation(Time);

    /// <summary>A linearizable read of the revision.</summary>
    public sealed record Position(CallTime Time, long At) : ClientOperation(Time);
}

/// <summary>What a client was told of its write.</summary>
public abstract record WriteOutcome
{
    private WriteOutcome()
    {
    }

    /// <summary>It has happened, at a revision; null where that was not told.</summary>
    public sealed record Done(long? Revision) : WriteOutcome;

    /// <summary>The key was not as expected, at a revision; null where that was not told.</summary>
    public sealed record Refused(long? At) : WriteOutcome;

    /// <summary>It has certainly not happened, for a reason that tells nothing of the key.</summary>
    public sealed record Failed : WriteOutcome;

    /// <summary>It may have happened, may still happen, or never will.</summary>
    public sealed record Unknown : WriteOutcome;
}
