using System.Text.Json;

namespace ControlPlane.Conformance.Sessions;

/// <summary>What a developer does with a deployment, with plain kubectl and real containers.</summary>
internal sealed class DeploymentTests
{
    [Test]
    public async Task A_created_deployment_runs_its_containers()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 2);
        var pods = await scratch.RunAsync("get", "pods", "-l", "app=web", "-o", "jsonpath={range .items[*]}{.status.phase} {.status.podIP}{'\\n'}{end}");
        Assert.That(pods.Trim().Split('\n'), Has.Length.EqualTo(2).And.All.Match(@"^Running 10\.244\.\d+\.\d+$"));
    }

    [Test]
    public async Task Scaling_adds_and_removes_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 1);
        await scratch.RunAsync("scale", "deployment/web", "--replicas=3");
        await scratch.RunAsync("rollout", "status", "deployment/web", "--timeout=90s");
        Assert.That(await ReadyAsync(scratch), Is.EqualTo(3));
        await scratch.RunAsync("scale", "deployment/web", "--replicas=1");
        await scratch.RunAsync("wait", "deployment/web", "--for=jsonpath={.status.replicas}=1", "--timeout=60s");
        Assert.That(await ReadyAsync(scratch), Is.EqualTo(1));
    }

    [Test]
    public async Task A_new_image_is_rolled_out_and_undone()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 2);
        await scratch.RunAsync("set", "image", "deployment/web", $"busybox={SharedCluster.NextBusybox}");
        var told = await scratch.RunAsync("rollout", "status", "deployment/web", "--timeout=90s");
        Assert.That(told, Does.Contain("successfully rolled out"));
        Assert.That(await ImagesAsync(scratch), Is.EqualTo(new[] { SharedCluster.NextBusybox }));
        await scratch.RunAsync("rollout", "undo", "deployment/web");
        await scratch.RunAsync("rollout", "status", "deployment/web", "--timeout=90s");
        Assert.That(await ImagesAsync(scratch), Is.EqualTo(new[] { SharedCluster.Busybox }));
        Assert.That(await scratch.RunAsync("rollout", "history", "deployment/web"), Does.Contain("REVISION").And.Contain("\n3 "));
    }

    [Test]
    public async Task Deleting_a_deployment_deletes_its_replica_sets_and_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 2);
        await scratch.RunAsync("delete", "deployment", "web", "--cascade=foreground", "--timeout=60s");
        Assert.That(await scratch.RunAsync("get", "replicasets,pods", "-o", "name"), Is.Empty);
    }

    [Test]
    public async Task The_tables_and_forms_of_get_are_upstreams()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 1);
        var wide = await scratch.RunAsync("get", "deployments", "-o", "wide");
        Assert.That(wide, Does.Match(@"^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nweb +1/1 +1 +1 +\d+s +busybox +docker\.io/conformance/busybox:1 +app=web\n$"));
        var pods = await scratch.RunAsync("get", "pods", "-o", "wide");
        Assert.That(pods, Does.Match(@"^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nweb-\S+ +1/1 +Running +0 +\d+s +10\.244\.\S+ +node-a +<none> +<none>\n$"));
        Assert.That(await scratch.RunAsync("get", "deployment", "web", "-o", "yaml"), Does.StartWith("apiVersion: apps/v1\nkind: Deployment\n"));
        using var json = JsonDocument.Parse(await scratch.RunAsync("get", "deployment", "web", "-o", "json"));
        Assert.That(json.RootElement.GetProperty("spec").GetProperty("replicas").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task Describe_tells_of_a_pod_and_its_events()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 1);
        var told = await scratch.RunAsync("describe", "pods", "-l", "app=web");
        Assert.That(told, Does.Contain("Status:           Running").And.Contain("Successfully assigned").And.Contain("Started container busybox").Or.Contain("Container started"));
        Assert.That(await scratch.RunAsync("describe", "deployment", "web"), Does.Contain("Scaled up replica set web-").And.Contain("from 0 to 1"));
    }

    private static async Task<int> ReadyAsync(Scratch scratch) =>
        int.Parse(await scratch.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"), System.Globalization.CultureInfo.InvariantCulture);

    // Pods on their way out still have the old image; what counts is what stays.
    private static async Task<string[]> ImagesAsync(Scratch scratch)
    {
        var images = await scratch.RunAsync("get", "replicasets", "-o", "jsonpath={range .items[?(@.spec.replicas>0)]}{.spec.template.spec.containers[0].image}{'\\n'}{end}");
        return images.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
