using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Time.Testing;
using CoreNode = ControlPlane.Types.Core.Node;

namespace ControlPlane.Node.Tests.Pods;

/// <summary>Pods' lives on simulated nodes, against a real API server; time is the test's.</summary>
internal sealed class SimulatedPodTests
{
    private static readonly CancellationToken Cancel = CancellationToken.None;

    private readonly CancellationTokenSource _stop = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private ApiServerFixture _server = null!;
    private IApiClient _api = null!;
    private Task _running = Task.CompletedTask;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _api = new ApiClient(_server.AsAdmin());
        await _api.TryCreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "default", Name = "default" } }, Cancel);
        var nodes = new SimulatedNodes(
            3, _server.AsAdmin(), name => _server.As(UserInfo.Of("system:node:" + name, "system:nodes", UserInfo.Authenticated), "kubelet"), _clock, new Random(1), TestLog.Instance);
        _running = nodes.RunAsync(_stop.Token);
        await Task.WhenAny(_running, nodes.Ready).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
        if (_server is not null)
            await _server.DisposeAsync();
        _stop.Dispose();
    }

    [Test]
    public async Task Nodes_register_ready_with_their_labels()
    {
        var node = await _api.GetAsync<CoreNode>(new ObjectKey("", "simulated-2"), Cancel);
        Assert.That(node.Status.Conditions.Single(condition => condition.Type == "Ready").Reason, Is.EqualTo("KubeletReady"));
        Assert.That(node.Metadata.Labels.Find("kubernetes.io/hostname"), Is.EqualTo("simulated-2"));
        Assert.That(node.Status.NodeInfo.KubeletVersion, Is.EqualTo("v1.36.0"));
        Assert.That(await _api.FindAsync<Types.Coordination.Lease>(new ObjectKey("kube-node-lease", "simulated-2"), Cancel), Is.Not.Null);
    }

    [Test]
    public async Task A_pod_runs_and_goes_when_it_is_deleted()
    {
        await CreateAsync("runs");
        var pod = await UntilAsync("runs", one => one.Status.Phase == "Running");
        Assert.That(pod.Status.Conditions.Select(condition => $"{condition.Type}={condition.Status}"), Is.EquivalentTo(
            (string[])["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"]));
        Assert.That(pod.Status.PodIP, Does.StartWith("10.244."));
        await _api.DeleteAsync(pod, Deletion.Default, Cancel);
        await Eventually.TrueAsync(async () => await _api.FindAsync<Pod>(new ObjectKey("default", "runs"), Cancel) is null);
    }

    [Test]
    public async Task A_pod_whose_containers_are_done_has_succeeded()
    {
        await CreateAsync("done", pod => pod with { RestartPolicy = "OnFailure" }, ("simulated.controlplane.io/exit-after", "0"));
        var pod = await UntilAsync("done", one => one.Status.Phase == "Succeeded");
        Assert.That(pod.Status.ContainerStatuses[0].State.Terminated!.Reason, Is.EqualTo("Completed"));
        Assert.That(pod.Status.Conditions.Single(condition => condition.Type == "Ready").Reason, Is.EqualTo("PodCompleted"));
    }

    [Test]
    public async Task A_container_that_fails_again_and_again_waits_longer_each_time()
    {
        await CreateAsync("fails", null, ("simulated.controlplane.io/exit-after", "0"), ("simulated.controlplane.io/exit-code", "1"));
        await UntilAsync("fails", one => MessageOf(one).StartsWith("back-off 10s restarting failed container=main pod=fails_default(", StringComparison.Ordinal));
        _clock.Advance(TimeSpan.FromSeconds(11));
        var pod = await UntilAsync("fails", one => MessageOf(one).StartsWith("back-off 20s", StringComparison.Ordinal));
        Assert.That(pod.Status.ContainerStatuses[0].RestartCount, Is.EqualTo(2));
        Assert.That(pod.Status.Phase, Is.EqualTo("Running"));
    }

    [Test]
    public async Task Init_containers_come_first()
    {
        await CreateAsync("prepared", spec => spec with { InitContainers = [new Container { Name = "first", Image = "busybox" }] }, ("simulated.controlplane.io/exit-after.first", "5"));
        var pod = await UntilAsync("prepared", one => one.Status.InitContainerStatuses is [{ State.Running: not null }]);
        Assert.That(pod.Status.Phase, Is.EqualTo("Pending"));
        Assert.That(pod.Status.ContainerStatuses[0].State.Waiting!.Reason, Is.EqualTo("PodInitializing"));
        Assert.That(pod.Status.Conditions.Single(condition => condition.Type == "Initialized").Message, Is.EqualTo("containers with incomplete status: [first]"));
        _clock.Advance(TimeSpan.FromSeconds(6));
        await UntilAsync("prepared", one => one.Status.Phase == "Running");
    }

    private static string MessageOf(Pod pod) => pod.Status.ContainerStatuses is [{ State.Waiting: { } waiting }] ? waiting.Message : "";

    private Task<Pod> CreateAsync(string name, Func<PodSpec, PodSpec>? change = null, params (string Key, string Value)[] script)
    {
        var spec = new PodSpec { NodeName = "simulated-1", Containers = [new Container { Name = "main", Image = "busybox" }] };
        return _api.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = name, Annotations = script.Select(word => KeyValuePair.Create(word.Key, word.Value)).ToValueMap() },
            Spec = change is null ? spec : change(spec),
        }, Cancel);
    }

    private async Task<Pod> UntilAsync(string name, Func<Pod, bool> condition)
    {
        Pod? last = null;
        for (var attempt = 0; attempt < 300; attempt++)
        {
            last = await _api.FindAsync<Pod>(new ObjectKey("default", name), Cancel);
            if (last is not null && condition(last))
                return last;
            await Task.Delay(50, Cancel);
        }
        throw new AssertionException($"pod {name}: {(last is null ? "gone" : System.Text.Encoding.UTF8.GetString(Machinery.Serialization.Json.Encode(last)))}");
    }
}
