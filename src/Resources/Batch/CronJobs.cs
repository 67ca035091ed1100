using ControlPlane.Machinery.Definitions;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>Makes Jobs at given times.</summary>
internal sealed class CronJobs : ResourceDefinition<CronJob>
{
    private const int SuccessfulJobsHistoryLimit = 3; // batch/v1: SetDefaults_CronJob
    private const int FailedJobsHistoryLimit = 1;

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
}
