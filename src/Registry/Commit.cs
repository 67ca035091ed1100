using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <content>The transaction at the end of every write.</content>
public sealed partial class ResourceStore
{
    private async ValueTask RunHooksAsync(WriteAttempt attempt, CancellationToken cancel)
    {
        foreach (var hook in _hooks)
            await hook.BeforeCommitAsync(attempt, cancel);
    }

    /// <summary>Writes the attempt's object if what is stored is still <paramref name="current"/>, or says what is stored instead.</summary>
    private async ValueTask<CommitOutcome> CommitAsync(WriteAttempt attempt, StoredObject? current, CancellationToken cancel)
    {
        var value = attempt.Value!;
        var path = current?.Path ?? PathOf(KeyOf(value));
        var stored = _form.Encode(value);
        if (current is not null && stored.AsSpan().SequenceEqual(current.Stored.Span))
            return new CommitOutcome(current, null);
        if (attempt.Request.DryRun)
            return await PretendAsync(path, stored, current, cancel);
        var lease = await LeaseOfAsync(value, cancel);
        var pending = _pending.Announce(path, stored);
        return await CommitAsync(attempt, new StoreWrite.Put(_prefix + path, stored, lease), current, pending, cancel);
    }

    /// <summary>Removes the object if what is stored is still <paramref name="current"/>, or says what is stored instead.</summary>
    private async ValueTask<CommitOutcome> CommitDeletionAsync(WriteAttempt attempt, StoredObject current, IApiObject last, CancellationToken cancel)
    {
        var stored = ReferenceEquals(last, current.Record) ? current.Stored : _form.Encode(last);
        if (attempt.Request.DryRun)
            return new CommitOutcome(new StoredObject(_form, current.Path, stored, current.Revision, current.StoreRevision), null);
        var pending = _pending.AnnounceRemoval(current.Path, stored, current.StoreRevision);
        return await CommitAsync(attempt, new StoreWrite.Delete(_prefix + current.Path), current, pending, cancel);
    }

    private async ValueTask<CommitOutcome> CommitAsync(
        WriteAttempt attempt, StoreWrite write, StoredObject? current, PendingWrite pending, CancellationToken cancel)
    {
        var transaction = new StoreTransaction(
            [new StoreCondition(write.Key, current?.StoreRevision ?? Revision.None), .. attempt.Transaction.Conditions],
            [write, .. attempt.Transaction.Writes]);
        try
        {
            switch (await _store.CommitAsync(transaction, cancel))
            {
                case CommitResult.Committed committed:
                    attempt.Transaction.Tell(committed: true);
                    return new CommitOutcome(pending.Committed(committed.Revision), null);
                case CommitResult.Conflict conflict:
                    _pending.Forget(pending);
                    return new CommitOutcome(null, conflict.Current[0] is { } newer ? ObjectOf(newer) : null);
                case var other:
                    throw new InvalidOperationException($"unknown outcome {other}");
            }
        }
        catch
        {
            _pending.Forget(pending);
            throw;
        }
    }

    // A dry run of a creation must find out for itself whether the name is taken: nothing will be committed that could tell.
    private async ValueTask<CommitOutcome> PretendAsync(string path, byte[] stored, StoredObject? current, CancellationToken cancel)
    {
        if (current is null)
        {
            await _feed.CatchUpAsync(cancel);
            if (_cache.State.Objects.Find(path) is { } taken)
                return new CommitOutcome(null, taken);
        }

        return new CommitOutcome(new StoredObject(_form, path, stored, current?.Revision ?? Revision.None, Revision.None), null);
    }

    private async ValueTask<LeaseId> LeaseOfAsync(IApiObject value, CancellationToken cancel)
    {
        if (Definition.Traits.TimeToLive is not { } timeToLive)
            return LeaseId.None;
        var kept = _options.TimeToLive ?? timeToLive(value);
        return kept > TimeSpan.Zero ? await _leases.TakeAsync(kept, cancel) : LeaseId.None;
    }

    private StoredObject ObjectOf(KeyValue found) => new(_form, found.Key[_prefix.Length..], found.Value, found.Modified, found.Modified);

    /// <summary>What became of an attempt: the object as it was written, or the one that was in the way (null where none was: it is gone, or a hook's condition failed).</summary>
    private readonly record struct CommitOutcome(StoredObject? Written, StoredObject? Current);
}
