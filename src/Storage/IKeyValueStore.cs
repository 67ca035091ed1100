namespace ControlPlane.Storage;

/// <summary>
/// Keys, bytes, revisions, leases: what the control plane asks of a database. The meaning is etcd v3's; nothing here has heard of Kubernetes.
/// </summary>
/// <remarks>
/// <para>What every engine keeps, and <c>StoreContract</c> proves of each:</para>
/// <list type="number">
/// <item>There is one revision for the whole store. Each committed transaction that writes raises it by exactly one; all its writes carry that revision.</item>
/// <item>A commit is acknowledged only when it is durable (fsync), and is seen by ranges and watches only after that.</item>
/// <item>Reads without a revision are linearizable: they see every commit acknowledged before they began.</item>
/// <item>A watch gives every change after its start, once, in order of revisions; the changes of one revision arrive together.</item>
/// <item>What was compacted is refused by name (<see cref="RangeResult.Compacted"/>, <see cref="StoreWatchMessage.Compacted"/>), never guessed.</item>
/// <item>After an I/O error on the write path an engine refuses all further writes with <see cref="StoreUnavailableException"/>: it never tells a lie.</item>
/// </list>
/// <para>Keys are compared by their UTF-8 bytes. All members may be called from any thread.</para>
/// </remarks>
public interface IKeyValueStore : IAsyncDisposable
{
    /// <summary>The newest committed revision, linearizable. Concurrent callers share one round trip.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    ValueTask<Revision> CurrentRevisionAsync(CancellationToken cancel);

    /// <summary>Reads the keys of a half-open interval in key order.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    ValueTask<RangeResult> RangeAsync(RangeQuery query, CancellationToken cancel);

    /// <summary>Applies all writes if every condition holds, and none otherwise. Cancellation ends the wait; whether the transaction happened is then open.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot write; whether this transaction happened is said by the exception.</exception>
    /// <exception cref="LeaseNotFoundException">A put names a lease that does not exist (any more); nothing was written.</exception>
    /// <exception cref="TransactionTooLargeException">The engine does not take so much at once; nothing was written.</exception>
    ValueTask<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancel);

    /// <summary>
    /// Everything that changes under a prefix from a revision on. Ends with <see cref="StoreWatchMessage.Compacted"/> when the history is gone,
    /// with an exception when the store is; a consumer that is too slow for the engine's bounded buffer is ended with <see cref="WatchOverrunException"/>.
    /// </summary>
    IAsyncEnumerable<StoreWatchMessage> WatchAsync(StoreWatchQuery query, CancellationToken cancel);

    /// <summary>Creates a lease of at least a second. Keys put with it vanish (as ordinary deletes) when it expires or is revoked.</summary>
    ValueTask<LeaseId> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancel);

    /// <summary>Gives a lease its full time again; false when it no longer exists.</summary>
    ValueTask<bool> KeepLeaseAliveAsync(LeaseId lease, CancellationToken cancel);

    /// <summary>Ends a lease and deletes its keys; nothing happens when it no longer exists.</summary>
    ValueTask RevokeLeaseAsync(LeaseId lease, CancellationToken cancel);

    /// <summary>Forgets the history before a revision: the newest state at that revision stays readable. Idempotent; never goes back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The revision has not happened.</exception>
    ValueTask CompactAsync(Revision revision, CancellationToken cancel);

    /// <summary>Size of the engine's files in bytes, as far as it knows (0 where it does not).</summary>
    ValueTask<long> SizeInBytesAsync(CancellationToken cancel);
}

/// <summary>A point in the store's history. 0 is "before everything"; the first write is at 2 on a fresh etcd, and engines agree on that.</summary>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    /// <summary>No revision: in a condition, "the key does not exist"; in a query, "the newest".</summary>
    public static Revision None => default;

    /// <summary>Is this "no revision"?</summary>
    public bool IsNone => Value == 0;

    /// <summary>The revision after this one.</summary>
    public Revision Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    /// <summary>Order of history.</summary>
    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    /// <summary>Order of history.</summary>
    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    /// <summary>Order of history.</summary>
    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    /// <summary>Order of history.</summary>
    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Identifies a lease; <see cref="None"/> means that a key lives until it is deleted.</summary>
public readonly record struct LeaseId(long Value)
{
    /// <summary>No lease.</summary>
    public static LeaseId None => default;
}

/// <summary>One version of one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The bytes; they must never be changed by whoever holds them. Empty for a key-only read.</param>
/// <param name="Created">The revision of the first write since the key last did not exist.</param>
/// <param name="Modified">The revision of this version.</param>
/// <param name="Lease">The lease that this version hangs on.</param>
public sealed record KeyValue(string Key, ReadOnlyMemory<byte> Value, Revision Created, Revision Modified, LeaseId Lease);

/// <summary>A half-open interval of keys.</summary>
/// <param name="Start">The first key, included.</param>
/// <param name="End">The first key that is no longer included; null for the one key <paramref name="Start"/>.</param>
public readonly record struct KeyInterval(string Start, string? End)
{
    /// <summary>The one key.</summary>
    public static KeyInterval Single(string key) => new(key, null);

    /// <summary>All keys that begin with a (non-empty) prefix.</summary>
    public static KeyInterval Prefix(string prefix) => new(prefix, AfterPrefix(prefix));

    /// <summary>The keys of a prefix after one of them: where a paged read goes on.</summary>
    public static KeyInterval PrefixAfter(string prefix, string key) => new(key + '\0', AfterPrefix(prefix));

    /// <summary>Is a key within?</summary>
    public bool Contains(string key) =>
        End is null ? string.Equals(key, Start, StringComparison.Ordinal)
        : KeyBytes.Compare(key, Start) >= 0 && KeyBytes.Compare(key, End) < 0;

    private static string AfterPrefix(string prefix) =>
        KeyBytes.AfterPrefix(prefix) ?? throw new ArgumentException("there is no key after this prefix", nameof(prefix));
}

/// <summary>What to read.</summary>
/// <param name="Keys">Which keys.</param>
/// <param name="Limit">At most so many; 0 for all.</param>
/// <param name="At">As of which revision; <see cref="Revision.None"/> for the newest.</param>
/// <param name="KeysOnly">Leave the values out.</param>
/// <param name="CountOnly">Leave the items out and count.</param>
/// <param name="CountsRest">False where it is enough to know whether there is more beyond the limit: what is there need not be looked at, which a walk in pages would do again and again.</param>
public readonly record struct RangeQuery(
    KeyInterval Keys, int Limit = 0, Revision At = default, bool KeysOnly = false, bool CountOnly = false, bool CountsRest = true);

/// <summary>What a range read gives.</summary>
public abstract record RangeResult
{
    private RangeResult()
    {
    }

    /// <summary>The items in key order.</summary>
    /// <param name="Items">At most as many as asked for.</param>
    /// <param name="Count">How many there are in the whole interval; where that was not asked for, at least whether there are more than the items.</param>
    /// <param name="Revision">The store's revision when this was read (not the one asked for).</param>
    public sealed record Found(IReadOnlyList<KeyValue> Items, long Count, Revision Revision) : RangeResult
    {
        /// <summary>Are there items beyond the limit?</summary>
        public bool More => Count > Items.Count;
    }

    /// <summary>The revision asked for has been compacted.</summary>
    public sealed record Compacted(Revision CompactRevision) : RangeResult;

    /// <summary>The revision asked for has not happened.</summary>
    public sealed record Future(Revision Current) : RangeResult;
}

/// <summary>A condition of a transaction: the key's <see cref="KeyValue.Modified"/> is this (<see cref="Revision.None"/>: the key does not exist).</summary>
public readonly record struct StoreCondition(string Key, Revision Modified);

/// <summary>One write of a transaction. A key stands at most once in a transaction.</summary>
public abstract record StoreWrite(string Key)
{
    /// <summary>Creates or replaces.</summary>
    public sealed record Put(string Key, ReadOnlyMemory<byte> Value, LeaseId Lease = default) : StoreWrite(Key);

    /// <summary>Removes; a key that does not exist is no error and no change.</summary>
    public sealed record Delete(string Key) : StoreWrite(Key);
}

/// <summary>Conditions and writes that happen together or not at all.</summary>
public sealed record StoreTransaction(IReadOnlyList<StoreCondition> Conditions, IReadOnlyList<StoreWrite> Writes)
{
    /// <summary>Puts a key that must not exist.</summary>
    public static StoreTransaction Create(string key, ReadOnlyMemory<byte> value, LeaseId lease = default) =>
        Replace(key, Revision.None, value, lease);

    /// <summary>Puts a key that must be at a revision.</summary>
    public static StoreTransaction Replace(string key, Revision modified, ReadOnlyMemory<byte> value, LeaseId lease = default) =>
        new([new StoreCondition(key, modified)], [new StoreWrite.Put(key, value, lease)]);

    /// <summary>Deletes a key that must be at a revision.</summary>
    public static StoreTransaction Delete(string key, Revision modified) =>
        new([new StoreCondition(key, modified)], [new StoreWrite.Delete(key)]);
}

/// <summary>What became of a transaction.</summary>
public abstract record CommitResult
{
    private CommitResult()
    {
    }

    /// <summary>Done and durable. A transaction that changed nothing has the revision that the store was at.</summary>
    public sealed record Committed(Revision Revision) : CommitResult;

    /// <summary>A condition did not hold; nothing was written.</summary>
    /// <param name="Current">For each condition, in order, the key as it is now; null where it does not exist.</param>
    /// <param name="Revision">The store's revision when this was found.</param>
    public sealed record Conflict(IReadOnlyList<KeyValue?> Current, Revision Revision) : CommitResult;
}

/// <summary>What to watch.</summary>
/// <param name="Prefix">All keys that begin so.</param>
/// <param name="After">The changes with a greater revision than this.</param>
/// <param name="ProgressEvery">How often a quiet watch says how far it is; zero for never. Engines may do so more often.</param>
public readonly record struct StoreWatchQuery(string Prefix, Revision After, TimeSpan ProgressEvery = default);

/// <summary>What a watch says.</summary>
public abstract record StoreWatchMessage
{
    private StoreWatchMessage()
    {
    }

    /// <summary>All changes under the prefix of one revision.</summary>
    public sealed record Changed(Revision Revision, IReadOnlyList<StoreChange> Changes) : StoreWatchMessage;

    /// <summary>Nothing under the prefix changed that has not been told, up to this revision.</summary>
    public sealed record Progress(Revision Revision) : StoreWatchMessage;

    /// <summary>The revision to start from has been compacted; the last message.</summary>
    public sealed record Compacted(Revision CompactRevision) : StoreWatchMessage;
}

/// <summary>One key's change.</summary>
/// <param name="Key">The key.</param>
/// <param name="Current">The new version; null when the key was deleted.</param>
/// <param name="Previous">The version before; null when there was none, or (on some engines) when it has been compacted.</param>
public sealed record StoreChange(string Key, KeyValue? Current, KeyValue? Previous);

/// <summary>The store cannot do what was asked: its disk, its server or the way there fails.</summary>
public sealed class StoreUnavailableException(string message, bool outcomeUnknown, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>May the write have happened all the same? The caller must read before it tries again.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}

/// <summary>A put names a lease that does not exist, or no longer does.</summary>
public sealed class LeaseNotFoundException(LeaseId lease) : Exception("requested lease not found")
{
    /// <summary>The lease.</summary>
    public LeaseId Lease { get; } = lease;
}

/// <summary>A transaction is larger than the engine takes at once.</summary>
public sealed class TransactionTooLargeException(string message, Exception? inner = null) : Exception("request is too large: " + message, inner);

/// <summary>A watcher did not keep up; it must list and watch anew.</summary>
public sealed class WatchOverrunException() : Exception("the watcher was too slow and has been ended");
