using k8s.Models;

namespace ControlPlane.Conformance.Node;

/// <summary>What a NoExecute taint does to pods that run on its node. Serial: the node is every test's.</summary>
[NonParallelizable]
internal sealed class TaintEvictionTests
{
    private const string Taint = """{"spec":{"taints":[{"key":"kubernetes.io/e2e-evict-taint-key","value":"evictTaintVal","effect":"NoExecute"}]}}""";
    private const string NoTaint = """{"spec":{"taints":null}}""";

    [Test, Conformance("[sig-node] NoExecuteTaintManager Single Pod [Serial] removing taint cancels eviction [Disruptive] [Conformance]")]
    public async Task A_taint_that_goes_in_time_evicts_nobody()
    {
        await using var scratch = await Scratch.CreateAsync();
        const int Seconds = 6;
        await scratch.ReadyAsync(Tolerating("one", Seconds));
        await TaintedAsync(async () =>
        {
            // The shorter toleration tells that the manager has seen the taint.
            await scratch.Pods.CreateAsync(Tolerating("witness", 0, "nodeName: node-a"));
            await scratch.Pods.UntilGoneAsync("witness");
        });
        // Of two with the same time to go, one would be evicted if the other's eviction were not cancelled: outlive it by a marker of the same length.
        await scratch.Pods.CreateAsync(PodRuns.Yaml("marker", $"sleep {Seconds + 2}"));
        await scratch.EndedAsync("marker");
        Assert.That((await scratch.Pods.GetAsync("one")).Metadata.DeletionTimestamp, Is.Null);
    }

    [Test, Conformance("[sig-node] NoExecuteTaintManager Multiple Pods [Serial] evicts pods with minTolerationSeconds [Disruptive] [Conformance]")]
    public async Task Each_pod_stays_as_long_as_it_tolerates_the_taint()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Tolerating("short", 1));
        await scratch.ReadyAsync(Tolerating("long", 5));
        var version = (await scratch.Pods.ListPageAsync("")).Metadata.ResourceVersion;
        await TaintedAsync(() => scratch.Pods.UntilAllAsync(static all => all.Count == 0));
        var gone = new List<V1Pod>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var (type, pod) in scratch.Pods.WatchAsync($"resourceVersion={version}", limit.Token))
        {
            if (type == "DELETED")
                gone.Add(pod);
            if (gone.Count == 2)
                break;
        }
        Assert.That(gone.Select(static pod => pod.Metadata.Name), Is.EqualTo(new[] { "short", "long" }));
        Assert.That(gone.SelectMany(static pod => pod.Status.Conditions).Count(static condition => condition is { Type: "DisruptionTarget", Reason: "DeletionByTaintManager" }), Is.EqualTo(2));
    }

    private static async Task TaintedAsync(Func<Task> action)
    {
        var nodes = SharedCluster.Of<V1Node>();
        await nodes.PatchAsync("node-a", Taint);
        try
        {
            await action();
        }
        finally
        {
            await nodes.PatchAsync("node-a", NoTaint);
        }
    }

    private static string Tolerating(string name, int seconds, string pod = "") => PodRuns.Idle(
        name, pod: $"tolerations: [{{key: kubernetes.io/e2e-evict-taint-key, operator: Equal, value: evictTaintVal, effect: NoExecute, tolerationSeconds: {seconds}}}]{(pod.Length == 0 ? "" : ", " + pod)}");
}
