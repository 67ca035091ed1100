namespace ControlPlane.Conformance.Sessions;

/// <summary>kill -9 and a start on the same data: nothing is lost, nothing is restarted.</summary>
[NonParallelizable]
internal sealed class RestartTests
{
    private const string Containers = "jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{'\\n'}{end}";

    [Test]
    public async Task A_killed_cluster_goes_on_where_it_was()
    {
        await using var cluster = await Cluster.StartAsync();
        await GoesOnAsync(cluster);
    }

    [Test]
    public async Task A_killed_cluster_on_etcd_goes_on_where_it_was()
    {
        await using var cluster = await Cluster.StartOnEtcdAsync();
        await GoesOnAsync(cluster);
    }

    [Test]
    public async Task A_terminated_cluster_drains_and_exits_with_0()
    {
        await using var cluster = await Cluster.StartAsync("--no-agent");
        Assert.That(await cluster.TerminateAsync(), Is.Zero, cluster.Log);
    }

    private static async Task GoesOnAsync(Cluster cluster)
    {
        await SharedCluster.GiveImagesAsync(cluster);
        await using var scratch = await Scratch.CreateAsync(cluster);
        await scratch.DeployAsync("web", 2);
        var before = await scratch.RunAsync("get", "pods", "-o", Containers);
        var version = await VersionAsync(scratch);

        await cluster.KillAsync();
        await cluster.StartAgainAsync();

        await cluster.Kubectl.RunAsync("wait", "--for=condition=Ready", "node/node-a", "--timeout=60s");
        await scratch.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");
        Assert.That(await scratch.RunAsync("get", "pods", "-o", Containers), Is.EqualTo(before), "the same containers, none restarted");
        await scratch.RunAsync("create", "configmap", "after");
        Assert.That(await VersionAsync(scratch), Is.GreaterThan(version));
        await scratch.RunAsync("scale", "deployment/web", "--replicas=3");
        await scratch.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");
    }

    private static async Task<long> VersionAsync(Scratch scratch)
    {
        using var list = System.Text.Json.JsonDocument.Parse(await scratch.RunAsync("get", "--raw", "/api/v1/configmaps?limit=1"));
        return long.Parse(list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
