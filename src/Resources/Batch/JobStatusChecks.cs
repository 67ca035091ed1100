using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Apps;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>What cannot be said of a Job, whatever became of it (pkg/apis/batch/validation: validateJobStatus).</summary>
internal static class JobStatusChecks
{
    internal static void Check(Job job, Job old, FieldErrors errors)
    {
        var (status, at) = (job.Status, errors.At("status"));
        ReplicaCounts.NonNegative(
            at, ("active", status.Active), ("succeeded", status.Succeeded), ("failed", status.Failed), ("ready", status.Ready), ("terminating", status.Terminating));
        if (status.UncountedTerminatedPods is not { } uncounted)
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        CheckPods(uncounted.Succeeded, seen, at.At("uncountedTerminatedPods").At("succeeded"));
        CheckPods(uncounted.Failed, seen, at.At("uncountedTerminatedPods").At("failed"));
    }

    private static void CheckPods(ValueList<string> uids, HashSet<string> seen, FieldErrors at)
    {
        for (var i = 0; i < uids.Count; i++)
        {
            if (uids[i].Length == 0)
                at.At(i).Invalid("", "must not be empty");
            else if (!seen.Add(uids[i]))
                at.At(i).Duplicate(uids[i]);
        }
    }
}
