namespace ControlPlane.Storage.Embedded;

/// <summary>A transaction: its conditions are checked against everything earlier, the batch it is in included.</summary>
internal sealed class CommitRequest(StoreTransaction transaction, long bytes) : WriteRequest<CommitResult>
{
    public override long Bytes => bytes;

    protected override (CommitResult? Result, Exception? Refusal) Execute(VersionWriter writer)
    {
        if (!ConditionsHold(writer))
            return (new CommitResult.Conflict(ReadCurrent(writer), writer.Revision), null);
        if (Refusal(writer) is { } refusal)
            return (null, refusal);
        writer.Write(transaction.Writes);
        return (new CommitResult.Committed(writer.Revision), null);
    }

    private bool ConditionsHold(VersionWriter writer)
    {
        foreach (var condition in transaction.Conditions)
        {
            if (writer.Reader.FindModified(condition.Key) != condition.Modified)
                return false;
        }

        return true;
    }

    private KeyValue?[] ReadCurrent(VersionWriter writer) =>
        [.. transaction.Conditions.Select(condition => writer.Reader.Find(condition.Key, long.MaxValue))];

    private Exception? Refusal(VersionWriter writer)
    {
        foreach (var write in transaction.Writes)
        {
            if (write is not StoreWrite.Put put)
                continue;
            if (writer.Space.Shortage is { } shortage)
                return new StoreUnavailableException(shortage, outcomeUnknown: false);
            if (put.Lease != LeaseId.None && !writer.HasLease(put.Lease))
                return new LeaseNotFoundException(put.Lease);
        }

        return null;
    }
}

/// <summary>Creates a lease.</summary>
internal sealed class GrantLeaseRequest(TimeSpan timeToLive) : WriteRequest<LeaseId>
{
    protected override (LeaseId Result, Exception? Refusal) Execute(VersionWriter writer) => (writer.Leases.Add(timeToLive), null);
}

/// <summary>Removes a lease and deletes the keys that hang on it.</summary>
internal sealed class EndLeaseRequest(LeaseId lease) : WriteRequest<bool>
{
    protected override (bool Result, Exception? Refusal) Execute(VersionWriter writer)
    {
        if (!writer.HasLease(lease))
            return (false, null);
        // A key whose newest version hangs on another lease, or on none, stays.
        // All are read before the first is deleted: should one be damaged, nothing has been done.
        var keys = writer.Leases.ReadKeys(lease).Where(key => writer.Reader.Find(key, long.MaxValue)?.Lease == lease).ToList();
        foreach (var chunk in keys.Select(key => new StoreWrite.Delete(key)).Chunk(Position.MaxWrites))
            writer.Write(chunk);
        writer.Leases.Remove(lease);
        return (true, null);
    }
}

/// <summary>Sets the mark of a compaction.</summary>
internal sealed class MarkCompactionRequest(Revision revision) : WriteRequest<bool>
{
    protected override (bool Result, Exception? Refusal) Execute(VersionWriter writer)
    {
        if (revision > writer.Revision)
            return (false, new ArgumentOutOfRangeException(nameof(revision), revision, "the revision to compact to has not happened"));
        writer.Compaction.Mark(revision);
        return (true, null);
    }
}

/// <summary>One step of sweeping; the answer is whether it was the last.</summary>
internal sealed class SweepRequest : WriteRequest<bool>
{
    private const int StepVersions = 250; // about 5 ms of the writer's time

    // Twice what the batch before has added, so that sweeping gains on the writers however large their transactions are.
    protected override (bool Result, Exception? Refusal) Execute(VersionWriter writer) =>
        (writer.Sweep(Math.Max(StepVersions, 2 * writer.LastBatchChanges)), null);
}
