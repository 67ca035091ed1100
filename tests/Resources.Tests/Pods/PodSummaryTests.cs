using System.Text;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Tests.Pods;

public sealed class PodSummaryTests
{
    private const string Gone = """ "metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}, """;

    [TestCase("", """ "phase":"Pending" """, "Pending", "0/1")]
    [TestCase("", """ "phase":"Running","containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}}] """, "Running", "1/1")]
    [TestCase("", """ "phase":"Running","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}}}] """, "CrashLoopBackOff", "0/1")]
    [TestCase("", """ "phase":"Succeeded","containerStatuses":[{"name":"c","state":{"terminated":{"reason":"Completed"}}}] """, "Completed", "0/1")]
    [TestCase("", """ "phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":3}}}] """, "ExitCode:3", "0/1")]
    [TestCase("", """ "phase":"Failed","reason":"Evicted" """, "Evicted", "0/1")]
    [TestCase("", """ "phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}] """, "Init:0/1", "0/1")]
    [TestCase("", """ "phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}] """, "Init:Error", "0/1")]
    [TestCase("", """ "phase":"Pending","conditions":[{"type":"PodScheduled","reason":"SchedulingGated"}] """, "SchedulingGated", "0/1")]
    [TestCase(Gone, """ "phase":"Running" """, "Terminating", "0/1")]
    [TestCase(Gone, """ "phase":"Running","reason":"NodeLost" """, "Unknown", "0/1")]
    [TestCase(Gone, """ "phase":"Succeeded" """, "Succeeded", "0/1")]
    public void A_pod_is_summed_up_as_kubectl_shows_it(string metadata, string status, string shown, string ready)
    {
        var summary = PodSummary.Of(Pod(metadata, status));

        Assert.That(summary.Status, Is.EqualTo(shown));
        Assert.That($"{summary.Ready}/{summary.Total}", Is.EqualTo(ready));
    }

    [Test]
    public void Restarts_are_counted_with_the_time_of_the_last()
    {
        var summary = PodSummary.Of(Pod("", """
            "phase":"Running","containerStatuses":[
              {"name":"c","restartCount":3,"ready":true,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:00:05Z"}}},
              {"name":"d","restartCount":1,"ready":true,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:00:09Z"}}}]
            """));

        Assert.That(summary.Restarts, Is.EqualTo(4));
        Assert.That(summary.LastRestart!.Value.ToString(), Is.EqualTo("2026-01-01T00:00:09Z"));
    }

    private static Pod Pod(string metadata, string status) => Json.Decode<Pod>(Encoding.UTF8.GetBytes(
        $$$"""{ {{{metadata}}} "spec":{"containers":[{"name":"c"}],"initContainers":[{"name":"i"}]},"status":{ {{{status}}} } }"""));
}
