using ControlPlane.Node.Runtime;
using ControlPlane.TestKit;

namespace ControlPlane.Node.Tests.Runtime;

/// <summary>What every container runtime does for the agent.</summary>
internal abstract class ContainerRuntimeContract
{
    private int _pods;

    protected abstract IContainerRuntime Runtime { get; }

    /// <summary>An image that can be made present.</summary>
    protected abstract string Image { get; }

    /// <summary>Makes the image present.</summary>
    protected abstract Task ProvideImageAsync(string image);

    /// <summary>A container that runs until it is stopped, and ends at once when asked to.</summary>
    protected abstract ContainerSpec Obedient(string name);

    /// <summary>A container that ends by itself at once.</summary>
    protected abstract ContainerSpec Ending(string name, int code);

    /// <summary>A container that can be created, not started.</summary>
    protected abstract ContainerSpec Unstartable(string name);

    protected static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    protected SandboxSpec NewSandbox(string? name = null)
    {
        name ??= $"pod-{Interlocked.Increment(ref _pods)}";
        return new SandboxSpec
        {
            Identity = new SandboxIdentity(name, "default", Guid.NewGuid().ToString(), 0),
            Hostname = name,
            LogDirectory = LogDirectory(name),
            CgroupParent = CgroupParent(name),
            Labels = new Dictionary<string, string> { ["test"] = TestContext.CurrentContext.Test.ID, ["pod"] = name },
            Annotations = new Dictionary<string, string> { ["note"] = "kept" },
        };
    }

    protected virtual string LogDirectory(string pod) => $"/tmp/{pod}";

    protected virtual string CgroupParent(string pod) => "";

    protected async Task<SandboxId> RunAsync(SandboxSpec spec)
    {
        var result = await Runtime.RunSandboxAsync(spec, Cancel);
        Assert.That(result, Is.InstanceOf<RunSandboxResult.Running>(), result.ToString());
        return ((RunSandboxResult.Running)result).Id;
    }

    protected async Task<ContainerId> CreateAsync(SandboxId sandbox, SandboxSpec sandboxSpec, ContainerSpec spec)
    {
        await ProvideImageAsync(spec.Image);
        var result = await Runtime.CreateContainerAsync(sandbox, spec, sandboxSpec, Cancel);
        Assert.That(result, Is.InstanceOf<CreateContainerResult.Created>(), result.ToString());
        return ((CreateContainerResult.Created)result).Id;
    }

    protected async Task<ContainerId> StartAsync(SandboxId sandbox, SandboxSpec sandboxSpec, ContainerSpec spec)
    {
        var id = await CreateAsync(sandbox, sandboxSpec, spec);
        Assert.That(await Runtime.StartContainerAsync(id, Cancel), Is.InstanceOf<StartContainerResult.Started>());
        return id;
    }

    protected async Task<ContainerStatus> ExitedAsync(ContainerId id) => await Eventually.SomeAsync(async () =>
        await Runtime.InspectContainerAsync(id, Cancel) is { State: ContainerState.Exited } status ? status : null);

    [Test]
    public async Task It_says_who_it_is_and_that_it_is_ready()
    {
        Assert.That((await Runtime.GetVersionAsync(Cancel)).Name, Is.Not.Empty);
        Assert.That((await Runtime.GetStatusAsync(Cancel)).IsReady, Is.True);
    }

    [Test]
    public async Task A_sandbox_runs_with_an_address_is_stopped_and_removed()
    {
        var spec = NewSandbox();
        var id = await RunAsync(spec);
        var running = await Runtime.InspectSandboxAsync(id, Cancel);
        Assert.That(running, Is.Not.Null);
        Assert.That(running!.State, Is.EqualTo(SandboxState.Ready));
        Assert.That(running.Addresses, Has.Count.EqualTo(1));
        Assert.That(running.Identity, Is.EqualTo(spec.Identity));
        Assert.That(running.Labels, Is.EquivalentTo(spec.Labels));
        Assert.That(running.Annotations, Does.ContainKey("note"));

        await Runtime.StopSandboxAsync(id, Cancel);
        await Runtime.StopSandboxAsync(id, Cancel);
        Assert.That((await Runtime.InspectSandboxAsync(id, Cancel))!.State, Is.EqualTo(SandboxState.NotReady));

        await Runtime.RemoveSandboxAsync(id, Cancel);
        await Runtime.RemoveSandboxAsync(id, Cancel);
        Assert.That(await Runtime.InspectSandboxAsync(id, Cancel), Is.Null);
    }

    [Test]
    public async Task Two_sandboxes_have_different_addresses()
    {
        var first = await Runtime.InspectSandboxAsync(await RunAsync(NewSandbox()), Cancel);
        var second = await Runtime.InspectSandboxAsync(await RunAsync(NewSandbox()), Cancel);
        Assert.That(first!.Addresses[0], Is.Not.EqualTo(second!.Addresses[0]));
    }

    [Test]
    public async Task Sandboxes_are_listed_by_label_and_state()
    {
        var spec = NewSandbox();
        var id = await RunAsync(spec);
        await RunAsync(NewSandbox());
        var filter = new SandboxFilter { Labels = new Dictionary<string, string> { ["pod"] = spec.Identity.Name, ["test"] = spec.Labels["test"] } };
        Assert.That((await Runtime.ListSandboxesAsync(filter, Cancel)).Select(sandbox => sandbox.Id), Is.EqualTo([id]));
        Assert.That(await Runtime.ListSandboxesAsync(filter with { State = SandboxState.NotReady }, Cancel), Is.Empty);
        await Runtime.StopSandboxAsync(id, Cancel);
        Assert.That((await Runtime.ListSandboxesAsync(filter with { State = SandboxState.NotReady }, Cancel)).Select(sandbox => sandbox.Id), Is.EqualTo([id]));
    }

    [Test]
    public async Task A_container_is_created_runs_and_exits_when_stopped()
    {
        var sandboxSpec = NewSandbox();
        var sandbox = await RunAsync(sandboxSpec);
        var spec = Obedient("main") with { Attempt = 3, Labels = new Dictionary<string, string> { ["role"] = "main" } };
        var id = await CreateAsync(sandbox, sandboxSpec, spec);
        var created = await Runtime.InspectContainerAsync(id, Cancel);
        Assert.That(created!.State, Is.EqualTo(ContainerState.Created));
        Assert.That(created.StartedAt, Is.Null);

        await Runtime.StartContainerAsync(id, Cancel);
        var running = await Runtime.InspectContainerAsync(id, Cancel);
        Assert.That(running!.State, Is.EqualTo(ContainerState.Running));
        Assert.That((running.Name, running.Attempt, running.Labels["role"]), Is.EqualTo(("main", 3u, "main")));
        Assert.That(running.StartedAt, Is.Not.Null);
        Assert.That(running.FinishedAt, Is.Null);

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(20), Cancel);
        var exited = await Runtime.InspectContainerAsync(id, Cancel);
        Assert.That(exited!.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(exited.FinishedAt, Is.GreaterThanOrEqualTo(exited.StartedAt!.Value));
        Assert.That(exited.ExitCode, Is.EqualTo(143));
        Assert.That(exited.Reason, Is.EqualTo("Error"));
    }

    [TestCase(0, "Completed")]
    [TestCase(3, "Error")]
    public async Task A_container_that_ends_by_itself_tells_its_exit_code(int code, string reason)
    {
        var spec = NewSandbox();
        var id = await StartAsync(await RunAsync(spec), spec, Ending("main", code));
        var exited = await ExitedAsync(id);
        Assert.That((exited.ExitCode, exited.Reason), Is.EqualTo((code, reason)));
    }

    [Test]
    public async Task A_container_stopped_without_grace_was_killed()
    {
        var spec = NewSandbox();
        var id = await StartAsync(await RunAsync(spec), spec, Obedient("main"));
        await Runtime.StopContainerAsync(id, TimeSpan.Zero, Cancel);
        Assert.That((await ExitedAsync(id)).ExitCode, Is.EqualTo(137));
    }

    [Test]
    public async Task A_container_that_can_not_start_says_why_and_has_exited()
    {
        var spec = NewSandbox();
        var id = await CreateAsync(await RunAsync(spec), spec, Unstartable("main"));
        var result = await Runtime.StartContainerAsync(id, Cancel);
        Assert.That((result as StartContainerResult.Failed)?.Message, Is.Not.Empty);
        var exited = await ExitedAsync(id);
        Assert.That((exited.ExitCode, exited.Reason), Is.EqualTo((128, "StartError")));
    }

    [Test]
    public async Task Creating_from_an_image_that_is_not_present_is_told()
    {
        var spec = NewSandbox();
        var container = Obedient("main") with { Image = "registry.invalid/none:1" };
        var result = await Runtime.CreateContainerAsync(await RunAsync(spec), container, spec, Cancel);
        Assert.That(result, Is.InstanceOf<CreateContainerResult.ImageNotPresent>());
    }

    [Test]
    public async Task Creating_in_a_sandbox_that_is_gone_or_stopped_is_told()
    {
        await ProvideImageAsync(Image);
        var spec = NewSandbox();
        var gone = await Runtime.CreateContainerAsync(new SandboxId(new string('0', 64)), Obedient("main"), spec, Cancel);
        Assert.That(gone, Is.InstanceOf<CreateContainerResult.SandboxNotFound>());
        var stopped = await RunAsync(spec);
        await Runtime.StopSandboxAsync(stopped, Cancel);
        Assert.That(await Runtime.CreateContainerAsync(stopped, Obedient("main"), spec, Cancel), Is.InstanceOf<CreateContainerResult.SandboxNotFound>());
    }

    [Test]
    public async Task An_attempt_of_a_container_exists_once()
    {
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        await CreateAsync(sandbox, spec, Obedient("main"));
        Assert.That(await Runtime.CreateContainerAsync(sandbox, Obedient("main"), spec, Cancel), Is.InstanceOf<CreateContainerResult.Failed>());
    }

    [Test]
    public async Task Containers_are_listed_newest_first_and_by_sandbox_state_and_label()
    {
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        var first = await StartAsync(sandbox, spec, Obedient("main"));
        await Runtime.StopContainerAsync(first, TimeSpan.Zero, Cancel);
        Tick();
        var second = await StartAsync(sandbox, spec, Obedient("main") with { Attempt = 1, Labels = new Dictionary<string, string> { ["try"] = "second" } });
        var filter = new ContainerFilter { Sandbox = sandbox };
        Assert.That((await Runtime.ListContainersAsync(filter, Cancel)).Select(container => container.Id), Is.EqualTo([second, first]));
        Assert.That((await Runtime.ListContainersAsync(filter with { State = ContainerState.Exited }, Cancel)).Select(container => container.Id), Is.EqualTo([first]));
        var labelled = filter with { Labels = new Dictionary<string, string> { ["try"] = "second" } };
        Assert.That((await Runtime.ListContainersAsync(labelled, Cancel)).Select(container => container.Id), Is.EqualTo([second]));
    }

    [Test]
    public async Task Removing_a_running_container_or_its_sandbox_ends_it()
    {
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        var first = await StartAsync(sandbox, spec, Obedient("first"));
        var second = await StartAsync(sandbox, spec, Obedient("second"));
        await Runtime.RemoveContainerAsync(first, Cancel);
        Assert.That(await Runtime.InspectContainerAsync(first, Cancel), Is.Null);
        await Runtime.StopSandboxAsync(sandbox, Cancel);
        await Runtime.RemoveSandboxAsync(sandbox, Cancel);
        Assert.That(await Runtime.InspectContainerAsync(second, Cancel), Is.Null);
    }

    [Test]
    public async Task What_is_not_there_is_told_and_tear_down_of_it_succeeds()
    {
        var nobody = new ContainerId(new string('f', 64));
        Assert.That(await Runtime.InspectContainerAsync(nobody, Cancel), Is.Null);
        Assert.That(await Runtime.StartContainerAsync(nobody, Cancel), Is.InstanceOf<StartContainerResult.NotFound>());
        Assert.That(await Runtime.ReopenContainerLogAsync(nobody, Cancel), Is.False);
        Assert.That(await Runtime.UpdateContainerResourcesAsync(nobody, new ContainerResources(), Cancel), Is.False);
        Assert.That(await Runtime.ExecSyncAsync(nobody, ["true"], TimeSpan.FromSeconds(1), Cancel), Is.InstanceOf<ExecSyncResult.ContainerNotRunning>());
        Assert.That(await Runtime.ExecAsync(nobody, new ExecRequest(["true"], false, false, true, true), Cancel), Is.InstanceOf<StreamingResult.NotRunning>());
        Assert.That(await Runtime.PortForwardAsync(new SandboxId(nobody.Value), [80], Cancel), Is.InstanceOf<StreamingResult.NotRunning>());
        await Runtime.StopContainerAsync(nobody, TimeSpan.FromSeconds(1), Cancel);
        await Runtime.RemoveContainerAsync(nobody, Cancel);
        await Runtime.StopSandboxAsync(new SandboxId(nobody.Value), Cancel);
        await Runtime.RemoveSandboxAsync(new SandboxId(nobody.Value), Cancel);
        await Runtime.RemoveImageAsync("registry.invalid/none:1", Cancel);
    }

    [Test]
    public async Task Starts_and_exits_are_told_and_inspecting_agrees()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var told = new List<LifecycleEvent>();
        var disagreement = "";
        var listening = Task.Run(async () =>
        {
            await foreach (var change in Runtime.WatchAsync(stop.Token))
            {
                if (change.Kind == LifecycleEventKind.Exited && await Runtime.InspectContainerAsync(new ContainerId(change.Id), Cancel) is { State: ContainerState.Running })
                    disagreement = change.Id;
                lock (told)
                    told.Add(change);
            }
        });
        // The stream stands when it tells of a sandbox.
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        var tries = new List<string>();
        await Eventually.TrueAsync(async () =>
        {
            tries.Add((await RunAsync(NewSandbox())).Value);
            return tries.Any(made => Told(LifecycleEventKind.Started, made));
        });
        var id = await StartAsync(sandbox, spec, Ending("main", 0));
        await Eventually.TrueAsync(() => Told(LifecycleEventKind.Started, id.Value) && Told(LifecycleEventKind.Exited, id.Value));
        await stop.CancelAsync();
        Assert.That(async () => await listening, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(disagreement, Is.Empty);

        bool Told(LifecycleEventKind kind, string about)
        {
            lock (told)
                return told.Contains(new LifecycleEvent(kind, about));
        }
    }

    [Test]
    public async Task An_image_is_found_by_name_and_id_and_removed()
    {
        const string name = "docker.io/library/contract:7";
        Assert.That(await Runtime.FindImageAsync(name, Cancel), Is.Null);
        await ProvideImageAsync(name);
        var image = await Runtime.FindImageAsync("contract:7", Cancel);
        Assert.That(image!.Tags, Does.Contain(name));
        Assert.That(image.Size, Is.GreaterThan(0));
        Assert.That((await Runtime.FindImageAsync(image.Id, Cancel))?.Id, Is.EqualTo(image.Id));
        Assert.That((await Runtime.ListImagesAsync(Cancel)).Select(one => one.Id), Does.Contain(image.Id));
        await Runtime.RemoveImageAsync(name, Cancel);
        await Eventually.TrueAsync(async () => await Runtime.FindImageAsync(name, Cancel) is null);
    }

    [Test]
    public async Task Usage_is_known_of_containers_that_run()
    {
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        var id = await StartAsync(sandbox, spec, Obedient("main"));
        var usage = await Runtime.ListContainerUsageAsync(new ContainerFilter { Sandbox = sandbox }, Cancel);
        Assert.That(usage.Select(one => (one.Id, one.Name)), Is.EqualTo([(id, "main")]));
        Assert.That(usage[0].Cpu, Is.Not.Null);
        Assert.That(usage[0].Memory?.WorkingSet, Is.Not.Null);
        Assert.That((await Runtime.ListSandboxUsageAsync(new SandboxFilter { Id = sandbox }, Cancel)).Select(one => one.Id), Is.EqualTo([sandbox]));
        Assert.That(await Runtime.GetImageFilesystemsAsync(Cancel), Is.Not.Empty);
    }

    /// <summary>Lets time pass where time is made.</summary>
    protected virtual void Tick()
    {
    }
}
