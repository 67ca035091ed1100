using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>Makes Jobs at given times.</summary>
internal sealed class CronJobs : ResourceDefinition<CronJob>
{
    private const int SuccessfulJobsHistoryLimit = 3; // batch/v1: SetDefaults_CronJob
    private const int FailedJobsHistoryLimit = 1;
    private const int MaxName = 52; // batch/validation: room for the time in the names of its Jobs

    protected override void Declare(Declaration<CronJob> resource) => resource
        .WithStatus((cron, other) => cron with { Status = other.Status })
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Schedule", cron => cron.Spec.Schedule)
        .Column("Timezone", cron => cron.Spec.TimeZone ?? "<none>")
        .Column("Suspend", cron => cron.Spec.Suspend switch { true => "True", false => "False", null => "<unset>" }, type: "boolean")
        .Column("Active", cron => cron.Status.Active.Count, type: "integer")
        .Column("Last Schedule", cron => cron.Status.LastScheduleTime is { } last ? TableCell.Age(last) : "<none>")
        .AgeColumn()
        .ContainerColumns(cron => cron.Spec.JobTemplate.Spec.Template)
        .SelectorColumn(cron => cron.Spec.JobTemplate.Spec.Selector);

    protected override CronJob Default(CronJob cron)
    {
        var spec = cron.Spec;
        var job = spec.JobTemplate;
        return cron with
        {
            Spec = spec with
            {
                ConcurrencyPolicy = spec.ConcurrencyPolicy.Length > 0 ? spec.ConcurrencyPolicy : "Allow",
                Suspend = spec.Suspend ?? false,
                SuccessfulJobsHistoryLimit = spec.SuccessfulJobsHistoryLimit ?? SuccessfulJobsHistoryLimit,
                FailedJobsHistoryLimit = spec.FailedJobsHistoryLimit ?? FailedJobsHistoryLimit,
                JobTemplate = job with { Spec = job.Spec with { Template = job.Spec.Template.Defaulted() } },
            },
        };
    }

    protected override CronJob PrepareForCreate(CronJob cron, WriteContext context) => WithoutDisabled(cron, null, context);

    protected override CronJob PrepareForUpdate(CronJob cron, CronJob old, WriteContext context) => WithoutDisabled(cron, old, context);

    private static CronJob WithoutDisabled(CronJob cron, CronJob? old, WriteContext context)
    {
        var template = cron.Spec.JobTemplate.Spec.Template.WithoutDisabled(old?.Spec.JobTemplate.Spec.Template, context.Features);
        return cron with { Spec = cron.Spec with { JobTemplate = cron.Spec.JobTemplate with { Spec = cron.Spec.JobTemplate.Spec with { Template = template } } } };
    }

    protected override void Validate(CronJob cron, FieldErrors errors)
    {
        if (cron.Metadata.Name.Length > MaxName)
            errors.At("metadata").At("name").Invalid(cron.Metadata.Name, Names.MaxCharacters(MaxName));
        var (spec, at) = (cron.Spec, errors.At("spec"));
        CheckSchedule(spec, at.At("schedule"));
        if (spec.StartingDeadlineSeconds is { } deadline)
            at.At("startingDeadlineSeconds").NonNegative(deadline);
        CheckTimeZone(spec.TimeZone, at.At("timeZone"));
        at.At("concurrencyPolicy").RequiredOneOf(spec.ConcurrencyPolicy, "Allow", "Forbid", "Replace");
        CheckJob(spec.JobTemplate, at.At("jobTemplate"));
        at.At("successfulJobsHistoryLimit").NonNegative(spec.SuccessfulJobsHistoryLimit ?? 0);
        at.At("failedJobsHistoryLimit").NonNegative(spec.FailedJobsHistoryLimit ?? 0);
    }

    private static void CheckSchedule(CronJobSpec spec, FieldErrors at)
    {
        if (spec.Schedule.Length == 0)
        {
            at.Required();
            return;
        }

        if (CronSchedule.TryParse(spec.Schedule, out var complaint) is null)
            at.Invalid(spec.Schedule, complaint);
        if (spec.Schedule.Contains("TZ", StringComparison.Ordinal))
        {
            at.Invalid(spec.Schedule, spec.TimeZone is null
                ? "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
                : "cannot use both timeZone field and TZ or CRON_TZ in schedule");
        }
    }

    private static void CheckTimeZone(string? zone, FieldErrors at)
    {
        if (zone is null)
            return;
        if (zone.Length == 0)
            at.Invalid(zone, "timeZone must be nil or non-empty string");
        else if (zone.Equals("Local", StringComparison.OrdinalIgnoreCase))
            at.Invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        else if (zone is not ("UTC" or "Etc/UTC") && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            at.Invalid(zone, $"unknown time zone {zone}");
    }

    private static void CheckJob(JobTemplateSpec job, FieldErrors at)
    {
        if (job.Spec.ManualSelector is true)
            at.At("spec").At("manualSelector").NotSupported("true", "nil", "false");
        JobChecks.Check(job.Spec, at.At("spec"));
    }

    protected override IEnumerable<string> Warnings(CronJob cron, CronJob? old) =>
        (old is null ? PodWarnings.OfName(cron.Metadata.Name) : []).Concat(PodWarnings.OfTemplate(cron.Spec.JobTemplate.Spec.Template, old?.Spec.JobTemplate.Spec.Template, "spec.jobTemplate.spec.template"));
}
