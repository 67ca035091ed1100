using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Batch;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.Batch;

/// <summary>Deletes finished Jobs once their ttlSecondsAfterFinished has passed.</summary>
internal sealed partial class TtlAfterFinishedController(IApiClient api, TimeProvider clock, ILogger<TtlAfterFinishedController> log)
    : Controller<Job>
{
    protected override void Declare(ControllerDeclaration<Job> controller) => controller
        .Named("ttl-after-finished-controller", alias: "ttl-after-finished")
        .For(static job => JobExpiry.Of(job) is not null)
        .Writes<Job>(Verb.Delete)
        .Workers(5); // kube-controller-manager: --concurrent-ttl-after-finished-syncs

    protected override async Task<Requeue> ReconcileAsync(Job job, CancellationToken cancel)
    {
        if (JobExpiry.Of(job) is { } expiry && expiry > clock.GetUtcNow())
            return Requeue.At(expiry);

        // The cached Job may be stale and its time to live since raised: decide again on the stored one.
        if (await api.FindAsync<Job>(job.Key, cancel) is not { IsTerminating: false } fresh || !(JobExpiry.Of(fresh) <= clock.GetUtcNow()))
            return Requeue.Never;

        await api.TryDeleteAsync(fresh, Deletion.Foreground, cancel);
        Deleted(log, fresh.Key);
        return Requeue.Never;
    }

    [LoggerMessage(LogLevel.Information, "Deleted finished job {Job}: its time to live has passed")]
    private static partial void Deleted(ILogger log, ObjectKey job);
}

/// <summary>When a finished Job may be deleted.</summary>
internal static class JobExpiry
{
    /// <summary>The end of its time to live; null while it runs, or where it has none.</summary>
    public static DateTimeOffset? Of(Job job)
    {
        if (job.Spec.TtlSecondsAfterFinished is not { } seconds)
            return null;
        var finished = job.Status.Conditions.FirstOrDefault(static condition => condition is { Type: "Complete" or "Failed", Status: "True" });
        return finished?.LastTransitionTime.ToDateTimeOffset().AddSeconds(seconds);
    }
}
