using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>What a Job runs, of Jobs and of the template of CronJobs (batch/validation: validateJobSpec).</summary>
internal static class JobChecks
{
    private const int MaxIndexes = 100_000; // batch/validation: maxParallelismForIndexedJob, maxFailedIndexes

    internal static void Check(JobSpec spec, FieldErrors at)
    {
        CheckNumbers(spec, at);
        CheckIndexes(spec, at);
        if (spec.PodFailurePolicy is { } failure)
            PodFailureChecks.Check(failure, spec, at.At("podFailurePolicy"));
        if (spec.SuccessPolicy is { } success)
            CheckSuccess(success, spec, at.At("successPolicy"));
        if (spec.PodReplacementPolicy is { } replacement)
        {
            if (spec.PodFailurePolicy is null)
                at.At("podReplacementPolicy").OneOf(replacement, "Failed", "TerminatingOrFailed");
            else
                at.At("podReplacementPolicy").OneOf(replacement, "Failed");
        }

        if (spec.ManagedBy is { } manager)
            CheckManager(manager, at.At("managedBy"));
        PodValidation.CheckTemplate(spec.Template, at.At("template"));
        CheckRestart(spec, at.At("template").At("spec").At("restartPolicy"));
    }

    private static void CheckManager(string manager, FieldErrors at)
    {
        if (manager.Length > 63)
            at.TooLong(63);
        var slash = manager.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            at.Invalid(manager, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        else
            at.Complain(manager, Machinery.Definitions.Names.Subdomain(manager[..slash]));
    }

    private static void CheckNumbers(JobSpec spec, FieldErrors at)
    {
        CheckNumber(spec.Parallelism, at.At("parallelism"));
        CheckNumber(spec.Completions, at.At("completions"));
        CheckNumber(spec.ActiveDeadlineSeconds, at.At("activeDeadlineSeconds"));
        CheckNumber(spec.BackoffLimit, at.At("backoffLimit"));
        CheckNumber(spec.TtlSecondsAfterFinished, at.At("ttlSecondsAfterFinished"));
        CheckNumber(spec.BackoffLimitPerIndex, at.At("backoffLimitPerIndex"));
        CheckNumber(spec.MaxFailedIndexes, at.At("maxFailedIndexes"));
    }

    private static void CheckNumber(long? number, FieldErrors at)
    {
        if (number is { } known)
            at.NonNegative(known);
    }

    private static void CheckIndexes(JobSpec spec, FieldErrors at)
    {
        if (spec.MaxFailedIndexes is not null && spec.BackoffLimitPerIndex is null)
            at.At("backoffLimitPerIndex").Required("when maxFailedIndexes is specified");
        if (spec.CompletionMode is { } mode)
            at.At("completionMode").OneOf(mode, "NonIndexed", "Indexed");
        if (spec.CompletionMode == "Indexed")
            CheckIndexed(spec, at);
        if (spec.CompletionMode != "NonIndexed")
            return;
        const string Needs = "requires indexed completion mode";
        if (spec.BackoffLimitPerIndex is { } perIndex)
            at.At("backoffLimitPerIndex").Invalid(perIndex, Needs);
        if (spec.MaxFailedIndexes is { } failed)
            at.At("maxFailedIndexes").Invalid(failed, Needs);
    }

    private static void CheckIndexed(JobSpec spec, FieldErrors at)
    {
        if (spec.Completions is null)
            at.At("completions").Required("when completion mode is Indexed");
        if (spec.Parallelism > MaxIndexes)
            at.At("parallelism").Invalid(spec.Parallelism.Value, FormattableString.Invariant($"must be less than or equal to {MaxIndexes} when completion mode is Indexed"));
        if (spec.MaxFailedIndexes > spec.Completions)
            at.At("maxFailedIndexes").Invalid(spec.MaxFailedIndexes.Value, "must be less than or equal to completions");
        if (spec.MaxFailedIndexes > MaxIndexes)
            at.At("maxFailedIndexes").Invalid(spec.MaxFailedIndexes.Value, FormattableString.Invariant($"must be less than or equal to {MaxIndexes}"));
    }

    private static void CheckRestart(JobSpec spec, FieldErrors at)
    {
        switch (spec.Template.Spec.RestartPolicy)
        {
            case "" or "Always":
                at.Required("valid values: \"OnFailure\", \"Never\"");
                break;
            case "OnFailure" when spec.PodFailurePolicy is not null:
                at.Invalid("OnFailure", "only \"Never\" is supported when podFailurePolicy is specified");
                break;
            case "OnFailure" or "Never":
                break;
            case var other:
                at.NotSupported(other, "OnFailure", "Never");
                break;
        }
    }

    private static void CheckSuccess(SuccessPolicy policy, JobSpec spec, FieldErrors at)
    {
        if (spec.CompletionMode != "Indexed")
        {
            at.Invalid(policy, "requires indexed completion mode");
            return;
        }

        if (policy.Rules.IsEmpty)
            at.At("rules").Required("at least one rules must be specified when the successPolicy is specified");
        if (policy.Rules.Count > 20)
            at.At("rules").TooMany(policy.Rules.Count, 20);
        for (var i = 0; i < policy.Rules.Count; i++)
            CheckSuccess(policy.Rules[i], spec.Completions ?? 0, at.At("rules", i));
    }

    private static void CheckSuccess(SuccessPolicyRule rule, int completions, FieldErrors at)
    {
        if (rule is { SucceededCount: null, SucceededIndexes: null })
            at.Required("at least one of succeededCount or succeededIndexes must be specified");
        var total = 0;
        if (rule.SucceededIndexes is { } indexes)
        {
            total = JobIndexes.Count(indexes, completions, out var complaint);
            if (complaint is not null)
                at.At("succeededIndexes").Invalid(indexes, $"error parsing succeededIndexes: {complaint}");
        }

        if (rule.SucceededCount is not { } count)
            return;
        at.At("succeededCount").NonNegative(count);
        CheckAtMost(count, completions, "the number of specified completions", at.At("succeededCount"));
        if (rule.SucceededIndexes is not null)
            CheckAtMost(count, total, "the number of indexes in the specified succeededIndexes field", at.At("succeededCount"));
    }

    private static void CheckAtMost(int count, int max, string what, FieldErrors at)
    {
        if (count > max)
            at.Invalid(count, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {max} ({what})"));
    }
}
