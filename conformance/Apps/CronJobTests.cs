using k8s.Models;

namespace ControlPlane.Conformance.Apps;

/// <summary>Cron jobs, as objects.</summary>
internal sealed class CronJobTests
{
    [Test, Conformance("[sig-apps] CronJob should support CronJob API operations [Conformance]")]
    public async Task Cron_jobs_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<V1CronJob>(),
            static name => $$$$$$$"""
                {metadata: {name: {{{{{{{name}}}}}}}}, spec: {schedule: '0 0 1 1 *', suspend: true, jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: main, image: none}]}}}}}}
                """,
            """{"status":{"lastScheduleTime":"2026-01-01T00:00:00Z"}}""",
            static job => job.Status.LastScheduleTime == new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }
}
