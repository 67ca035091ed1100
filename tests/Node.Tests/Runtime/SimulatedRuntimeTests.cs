using System.Net;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Simulated;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Node.Tests.Runtime;

internal sealed class SimulatedRuntimeTests : ContainerRuntimeContract
{
    private readonly FakeTimeProvider _clock = new();
    private SimulatedRuntime _runtime = null!;

    protected override IContainerRuntime Runtime => _runtime;

    protected override string Image => "docker.io/library/any:1";

    [SetUp]
    public void Start() => _runtime = new SimulatedRuntime(IPNetwork.Parse("10.1.2.0/24"), _clock);

    [TearDown]
    public async Task EndAsync() => await _runtime.DisposeAsync();

    protected override Task ProvideImageAsync(string image) => _runtime.PullImageAsync(image, null, NewSandbox(), Cancel);

    protected override ContainerSpec Obedient(string name) => new() { Name = name, Image = Image };

    protected override ContainerSpec Ending(string name, int code) =>
        Obedient(name) with { Environment = [new("SIMULATED_EXIT_AFTER", "0"), new("SIMULATED_EXIT_CODE", $"{code}")] };

    protected override ContainerSpec Unstartable(string name) => Obedient(name) with { Environment = [new("SIMULATED_START_ERROR", "no such program")] };

    protected override void Tick() => _clock.Advance(TimeSpan.FromMilliseconds(1));

    [Test]
    public async Task A_container_ends_when_its_annotation_says()
    {
        var spec = NewSandbox() with
        {
            Annotations = new Dictionary<string, string> { ["simulated.controlplane.io/exit-after.job"] = "90", ["simulated.controlplane.io/exit-code"] = "4" },
        };
        var sandbox = await RunAsync(spec);
        var job = await StartAsync(sandbox, spec, Obedient("job"));
        var other = await StartAsync(sandbox, spec, Obedient("other"));
        _clock.Advance(TimeSpan.FromSeconds(89));
        Assert.That((await _runtime.InspectContainerAsync(job, Cancel))!.State, Is.EqualTo(ContainerState.Running));
        _clock.Advance(TimeSpan.FromSeconds(1));
        var exited = await _runtime.InspectContainerAsync(job, Cancel);
        Assert.That((exited!.State, exited.ExitCode, exited.FinishedAt - exited.StartedAt), Is.EqualTo((ContainerState.Exited, 4, TimeSpan.FromSeconds(90))));
        Assert.That((await _runtime.InspectContainerAsync(other, Cancel))!.State, Is.EqualTo(ContainerState.Running));
    }

    [Test]
    public async Task Sandboxes_creations_and_pulls_fail_as_scripted()
    {
        var spec = NewSandbox() with
        {
            Annotations = new Dictionary<string, string> { ["simulated.controlplane.io/create-error"] = "no device", ["simulated.controlplane.io/pull-error"] = "no registry" },
        };
        Assert.That(await _runtime.PullImageAsync(Image, null, spec, Cancel), Is.EqualTo(new PullImageResult.Failed(PullFailure.Unknown, "no registry")));
        await ProvideImageAsync(Image);
        var result = await _runtime.CreateContainerAsync(await RunAsync(spec), Obedient("main"), spec, Cancel);
        Assert.That(result, Is.EqualTo(new CreateContainerResult.Failed("no device")));
        var broken = NewSandbox() with { Annotations = new Dictionary<string, string> { ["simulated.controlplane.io/sandbox-error"] = "no network" } };
        Assert.That(await _runtime.RunSandboxAsync(broken, Cancel), Is.EqualTo(new RunSandboxResult.Failed("no network")));
    }

    [Test]
    public async Task Addresses_run_out_and_are_given_again()
    {
        await using var small = new SimulatedRuntime(IPNetwork.Parse("10.1.2.0/29"), _clock);
        var running = new List<SandboxId>();
        for (var i = 0; i < 5; i++)
            running.Add(((RunSandboxResult.Running)await small.RunSandboxAsync(NewSandbox(), Cancel)).Id);
        var addresses = await Task.WhenAll(running.Select(async id => (await small.InspectSandboxAsync(id, Cancel))!.Addresses[0].ToString()));
        Assert.That(addresses, Is.EqualTo(["10.1.2.2", "10.1.2.3", "10.1.2.4", "10.1.2.5", "10.1.2.6"]));
        Assert.That(await small.RunSandboxAsync(NewSandbox(), Cancel), Is.InstanceOf<RunSandboxResult.Failed>());
        await small.StopSandboxAsync(running[2], Cancel);
        var next = (RunSandboxResult.Running)await small.RunSandboxAsync(NewSandbox(), Cancel);
        Assert.That((await small.InspectSandboxAsync(next.Id, Cancel))!.Addresses[0].ToString(), Is.EqualTo("10.1.2.4"));
    }

    [Test]
    public async Task Commands_and_streams_are_refused_clearly()
    {
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        var id = await StartAsync(sandbox, spec, Obedient("main"));
        Assert.That(await _runtime.ExecSyncAsync(id, ["ls"], TimeSpan.Zero, Cancel), Is.InstanceOf<ExecSyncResult.Failed>());
        Assert.That(await _runtime.ExecAsync(id, new ExecRequest(["ls"], false, false, true, true), Cancel), Is.InstanceOf<StreamingResult.Refused>());
        Assert.That(await _runtime.AttachAsync(id, new AttachRequest(false, false, true, true), Cancel), Is.InstanceOf<StreamingResult.Refused>());
        Assert.That(await _runtime.PortForwardAsync(sandbox, [80], Cancel), Is.InstanceOf<StreamingResult.Refused>());
    }

    [Test]
    public async Task A_container_costs_little_memory()
    {
        await using var big = new SimulatedRuntime(IPNetwork.Parse("10.0.0.0/16"), _clock);
        await big.PullImageAsync(Image, null, NewSandbox(), Cancel);
        var (sandboxSpec, containerSpec) = (NewSandbox(), Obedient("main"));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 5000; i++)
        {
            var sandbox = ((RunSandboxResult.Running)await big.RunSandboxAsync(sandboxSpec, Cancel)).Id;
            var created = (CreateContainerResult.Created)await big.CreateContainerAsync(sandbox, containerSpec, sandboxSpec, Cancel);
            await big.StartContainerAsync(created.Id, Cancel);
        }
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / 5000;
        Assert.That(each, Is.LessThan(2048), "bytes for a sandbox with a container");
        GC.KeepAlive(big);
    }
}
