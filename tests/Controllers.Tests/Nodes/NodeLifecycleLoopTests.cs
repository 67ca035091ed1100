using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.Nodes;

public sealed class NodeLifecycleLoopTests
{
    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync(
        new ControllerSettings { NodeMonitorGracePeriod = TimeSpan.FromSeconds(1), NodeMonitorPeriod = TimeSpan.FromMilliseconds(100) },
        TimeProvider.System,
        "node-lifecycle-controller", "taint-eviction-controller");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_silent_node_becomes_unknown_and_loses_the_pods_that_do_not_tolerate_it()
    {
        var ns = await _cluster.NamespaceAsync();
        var silent = await NodeAsync("silent");
        await NodeAsync("alive");
        var leaving = await PodAsync(ns, "leaving", seconds: 0);
        var staying = await PodAsync(ns, "staying", seconds: null);
        using var stop = new CancellationTokenSource();
        var heartbeats = HeartbeatAsync("alive", stop.Token);

        var known = await _cluster.UntilAsync(silent, node => node.Spec.Taints.Count(taint => taint.Key == "node.kubernetes.io/unreachable") == 2);

        var ready = known.Status.Conditions.Single(condition => condition.Type == "Ready");
        Assert.That((ready.Status, ready.Reason, ready.Message), Is.EqualTo(("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")));
        var gone = await _cluster.UntilAsync(leaving, pod => pod.IsTerminating);
        Assert.That(gone.Status.Conditions.Single(condition => condition.Type == "DisruptionTarget").Reason, Is.EqualTo("DeletionByTaintManager"));
        await _cluster.UntilAsync(staying, pod => !pod.IsTerminating && pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "False" }));
        await Eventually.TrueAsync(async () => (await _cluster.ListAsync<Event>(ns)).Any(@event => @event.Reason == "TaintManagerEviction"));

        await ReportAsync("silent", 10);
        await _cluster.UntilAsync(silent, node => node.Spec.Taints.IsEmpty);
        await stop.CancelAsync();
        await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Node> NodeAsync(string name)
    {
        var node = await _cluster.Api.CreateAsync(new Node { Metadata = new ObjectMeta { Name = name } }, CancellationToken.None);
        await ReportAsync(name, 1);
        return node;
    }

    private async Task<Pod> PodAsync(string ns, string name, long? seconds)
    {
        var pod = await _cluster.Api.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = name },
            Spec = new PodSpec
            {
                NodeName = "silent",
                Containers = [new Container { Name = "web", Image = "web:1" }],
                Tolerations = [new Toleration { Key = "node.kubernetes.io/unreachable", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = seconds }],
            },
        }, CancellationToken.None);
        return await _cluster.Api.UpdateStatusAsync(Pods.Ready(pod), CancellationToken.None);
    }

    // What a node's agent does: another time in each report.
    private async Task HeartbeatAsync(string node, CancellationToken stop)
    {
        for (var beat = 2; !stop.IsCancellationRequested; beat++)
        {
            await ReportAsync(node, beat);
            await Task.Delay(100, stop);
        }
    }

    private async Task ReportAsync(string node, int beat) => await _cluster.Api.PatchAsync<Node>(
        new("", node),
        Patch.Strategic($$$"""{"status":{"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"{{{Timestamp.FromUnixSeconds(1000 + beat)}}}","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""").ToSubresource("status"),
        CancellationToken.None);
}
