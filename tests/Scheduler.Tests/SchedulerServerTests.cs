using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Scheduler.Tests;

/// <summary>The scheduler against a real API server, with its own identity and no more than its bootstrap role.</summary>
internal sealed class SchedulerServerTests
{
    private readonly CancellationTokenSource _end = new();
    private ApiServerFixture? _server;
    private IApiClient _api = null!;
    private Task _running = Task.CompletedTask;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _api = new ApiClient(_server.AsAdmin());
        // What a controller makes in every namespace; pods cannot be without.
        await _api.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "default", Name = "default" } }, CancellationToken.None);
        var transport = _server.As(UserInfo.Of("system:kube-scheduler", UserInfo.Authenticated), "kube-scheduler");
        var informers = new InformerSet(transport, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var scheduler = new Scheduler(transport, informers, TimeProvider.System, new Random(2), NullLoggerFactory.Instance);
        _running = Task.WhenAll(informers.RunAsync(_end.Token), scheduler.RunAsync(_end.Token));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _running;
        if (_server is not null)
            await _server.DisposeAsync();
        _end.Dispose();
    }

    [SetUp]
    public async Task RemoveNodesAsync()
    {
        await _api.DeleteCollectionAsync<Pod>(ObjectQuery.In("default"), Deletion.Immediate, CancellationToken.None);
        await _api.DeleteCollectionAsync<Node>(ObjectQuery.All, Deletion.Background, CancellationToken.None);
    }

    [Test]
    public async Task A_pod_is_bound_to_the_node_that_has_room_and_the_user_is_told()
    {
        await CreateNodeAsync(Make.Node("small", cpu: "1"));
        await CreateNodeAsync(Make.Node("large", cpu: "8"));
        await CreatePodAsync(Make.Pod("wants-two", cpu: "2"));

        var bound = await BoundAsync("wants-two");

        Assert.That(bound.Spec.NodeName, Is.EqualTo("large"));
        var scheduled = bound.Status.Conditions.Single(condition => condition.Type == "PodScheduled");
        Assert.That(scheduled.Status, Is.EqualTo("True"));
        var told = await EventAsync("wants-two", "Scheduled");
        Assert.That(told.Message, Is.EqualTo("Successfully assigned default/wants-two to large"));
        Assert.That(told.Type, Is.EqualTo("Normal"));
    }

    [Test]
    public async Task A_pod_that_fits_nowhere_is_told_why_and_bound_once_a_node_with_room_appears()
    {
        await CreateNodeAsync(Make.Node("full", cpu: "1"));
        await CreateNodeAsync(Make.Node("tainted", taints: Make.Taint("dedicated", "NoSchedule")));
        await CreatePodAsync(Make.Pod("waits", cpu: "2"));

        var told = await EventAsync("waits", "FailedScheduling", message => message.StartsWith("0/2", StringComparison.Ordinal));
        Assert.That(told.Message, Does.StartWith("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."));
        var waiting = await Eventually.SomeAsync(async () => await _api.GetAsync<Pod>(new("default", "waits"), CancellationToken.None) is { Status.Conditions.IsEmpty: false } pod ? pod : null);
        var condition = waiting.Status.Conditions.Single(one => one.Type == "PodScheduled");
        Assert.That((condition.Status, condition.Reason, condition.Message), Is.EqualTo(("False", "Unschedulable", told.Message)));

        await CreateNodeAsync(Make.Node("roomy", cpu: "8"));

        Assert.That((await BoundAsync("waits")).Spec.NodeName, Is.EqualTo("roomy"));
    }

    [Test]
    public async Task Pods_take_no_more_room_than_there_is()
    {
        await CreateNodeAsync(Make.Node("a", cpu: "2"));
        await CreateNodeAsync(Make.Node("b", cpu: "2"));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => CreatePodAsync(Make.Pod($"one-{i}", cpu: "1"))));

        await Eventually.TrueAsync(async () => (await PodsAsync()).Count(pod => pod.Spec.NodeName.Length > 0) == 4);
        await Eventually.TrueAsync(async () => (await PodsAsync()).Count(pod => pod.Status.Conditions.Any(one => one is { Type: "PodScheduled", Status: "False" })) == 2);

        var byNode = (await PodsAsync()).Where(pod => pod.Spec.NodeName.Length > 0).CountBy(pod => pod.Spec.NodeName).ToDictionary();
        Assert.That(byNode, Is.EquivalentTo(new Dictionary<string, int> { ["a"] = 2, ["b"] = 2 }));
    }

    private async Task CreateNodeAsync(Node node)
    {
        var made = await _api.CreateAsync(node with { Metadata = node.Metadata with { Uid = "" } }, CancellationToken.None);
        await _api.UpdateStatusAsync(made with { Status = node.Status }, CancellationToken.None);
        // Admission taints every new node until it is ready; these are.
        var current = await _api.GetAsync<Node>(new("", node.Metadata.Name), CancellationToken.None);
        if (current.Spec.Taints != node.Spec.Taints)
            await _api.UpdateAsync(current with { Spec = current.Spec with { Taints = node.Spec.Taints } }, CancellationToken.None);
    }

    private Task<Pod> CreatePodAsync(Pod pod) =>
        _api.CreateAsync(pod with { Metadata = new ObjectMeta { Namespace = "default", Name = pod.Metadata.Name }, Spec = pod.Spec with { Priority = null, AutomountServiceAccountToken = false } }, CancellationToken.None);

    private Task<Pod> BoundAsync(string name) =>
        Eventually.SomeAsync(async () => await _api.GetAsync<Pod>(new("default", name), CancellationToken.None) is { Spec.NodeName.Length: > 0 } pod ? pod : null);

    private async Task<IReadOnlyList<Pod>> PodsAsync() => (await _api.ListAsync<Pod>(ObjectQuery.In("default"), CancellationToken.None)).Items;

    private Task<Event> EventAsync(string pod, string reason, Predicate<string>? message = null) => Eventually.SomeAsync(async () =>
        (await _api.ListAsync<Event>(ObjectQuery.In("default"), CancellationToken.None)).Items
            .FirstOrDefault(one => one.InvolvedObject.Name == pod && one.Reason == reason && (message is null || message(one.Message))));
}
