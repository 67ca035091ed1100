using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;

namespace ControlPlane.Registry;

/// <content>Deleting one object.</content>
public sealed partial class ResourceStore
{
    /// <inheritdoc/>
    public async partial ValueTask<DeleteResult> DeleteAsync(ObjectKey key, DeleteRequest request, CancellationToken cancel)
    {
        await _cache.Ready.WaitAsync(cancel);
        return await FromNewestAsync(key, current => TryDeleteAsync(key, current, request, cancel), cancel);
    }

    private async ValueTask<WriteStep<DeleteResult>> TryDeleteAsync(ObjectKey key, StoredObject? current, DeleteRequest request, CancellationToken cancel)
    {
        if (current is null)
            throw ApiError.NotFound(Definition.Resource, key.Name);
        var old = current.Record;
        DeletionPlan.Check(request.Options);
        DeletionPlan.Check(request.Options.Preconditions, Definition, old.Metadata);
        var plan = DeletionPlan.Decide(Definition, old, request.Options, _clock.GetUtcNow());
        if (request.Admit is not null)
            await request.Admit(null, old, cancel);
        if (plan.Step == DeletionStep.Nothing)
            return new(new DeleteResult(current, WasDeleted: false), null, NeedsNewest: true);
        var isRemoval = plan.Step == DeletionStep.Remove;
        var attempt = new WriteAttempt(Definition, isRemoval ? null : plan.Value, old, request, new TransactionBuilder(_store));
        try
        {
            await RunHooksAsync(attempt, cancel);
            var outcome = isRemoval
                ? await CommitDeletionAsync(attempt, current, plan.Value, cancel)
                : await CommitAsync(attempt, current, cancel);
            return outcome.Written is { } written ? new(new DeleteResult(written, isRemoval), null, NeedsNewest: request.DryRun) : new(null, outcome.Current);
        }
        finally
        {
            attempt.Transaction.Tell(committed: false);
        }
    }
}
