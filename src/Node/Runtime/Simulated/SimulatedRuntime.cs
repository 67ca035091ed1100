using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Node.Runtime.Simulated;

/// <summary>A runtime in memory, for simulated nodes: sandboxes have addresses, containers "run" at once, nothing is executed.</summary>
/// <remarks>
/// Its state machine is honest: what a real runtime refuses, it refuses, and what a container did is told by times and exit codes of its <see
/// cref="TimeProvider"/>.
/// Failures and exits are scripted (<see cref="SimulatedScript"/>). A container costs a few hundred bytes beside its spec, which is shared with the
/// caller; timers
/// exist only for containers that are to end by themselves. One lock guards all; nothing is awaited under it.
/// </remarks>
internal sealed class SimulatedRuntime : IContainerRuntime
{
    private const int StoppedByTerm = 128 + 15;
    private const int StoppedByKill = 128 + 9;
    private const int NeverStarted = 128; // containerd's code for a process that couldn't be started

    private readonly Lock _lock = new();
    private readonly Dictionary<SandboxId, SimulatedSandbox> _sandboxes = [];
    private readonly Dictionary<ContainerId, SimulatedContainer> _containers = [];
    private readonly SimulatedImages _images = new();
    private readonly SimulatedEvents _events = new();
    private readonly TimeProvider _clock;
    private SimulatedAddresses _addresses;
    private readonly long _startedAt;
    private long _lastId;

    /// <summary>A node's runtime that gives its sandboxes addresses of <paramref name="podRange"/>.</summary>
    /// <exception cref="ArgumentException">The range can't be one.</exception>
    public SimulatedRuntime(IPNetwork podRange, TimeProvider clock)
    {
        _addresses = new SimulatedAddresses(podRange);
        _clock = clock;
        _startedAt = clock.GetUtcNow().Ticks;
    }

    /// <inheritdoc/>
    public Task<RuntimeVersion> GetVersionAsync(CancellationToken cancel) => Task.FromResult(new RuntimeVersion("simulated", "1.0.0", "v1"));

    /// <inheritdoc/>
    public Task<RuntimeStatus> GetStatusAsync(CancellationToken cancel) => Task.FromResult(new RuntimeStatus
    {
        Conditions = [new RuntimeCondition(RuntimeStatus.RuntimeReady, true, "", ""), new RuntimeCondition(RuntimeStatus.NetworkReady, true, "", "")],
        Handlers = [new RuntimeHandler("", SupportsRecursiveReadOnlyMounts: true, SupportsUserNamespaces: true)],
        SupportsSupplementalGroupsPolicy = true,
    });

    /// <inheritdoc/>
    public Task SetPodRangeAsync(string podCidr, CancellationToken cancel)
    {
        SetPodRange(podCidr);
        return Task.CompletedTask;
    }

    /// <summary>Sandboxes get addresses of this range from now on, once none runs; a node's range never changes in its life.</summary>
    public void SetPodRange(string podCidr)
    {
        var range = podCidr.Split(',').Select(text => IPNetwork.Parse(text)).First(range => range.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
        lock (_lock)
        {
            if (_sandboxes.Count == 0)
                _addresses = new SimulatedAddresses(range);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LifecycleEvent> WatchAsync(CancellationToken cancel) => _events.WatchAsync(cancel);

    /// <inheritdoc/>
    public Task<RunSandboxResult> RunSandboxAsync(SandboxSpec spec, CancellationToken cancel)
    {
        if (SimulatedScript.SandboxError(spec) is { } error)
            return Task.FromResult<RunSandboxResult>(new RunSandboxResult.Failed(error));
        SandboxId id;
        lock (_lock)
        {
            var address = spec.Security.Namespaces.Network == NamespaceMode.Node ? null : _addresses.Take();
            if (address is null && spec.Security.Namespaces.Network != NamespaceMode.Node)
                return Task.FromResult<RunSandboxResult>(new RunSandboxResult.Failed("failed to allocate for range 0: no IP addresses available in range set"));
            id = new SandboxId(NewId());
            _sandboxes.Add(id, new SimulatedSandbox(id, spec, _clock.GetUtcNow(), address));
        }
        _events.Publish(new LifecycleEvent(LifecycleEventKind.Started, id.Value));
        return Task.FromResult<RunSandboxResult>(new RunSandboxResult.Running(id));
    }

    /// <inheritdoc/>
    public Task StopSandboxAsync(SandboxId id, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (!_sandboxes.TryGetValue(id, out var sandbox) || sandbox.State == SandboxState.NotReady)
                return Task.CompletedTask;
            foreach (var container in sandbox.Containers)
                End(container, StoppedByKill);
            sandbox.State = SandboxState.NotReady;
            if (sandbox.Address is { } address)
                _addresses.Return(address);
            sandbox.Address = null;
        }
        _events.Publish(new LifecycleEvent(LifecycleEventKind.Exited, id.Value));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task RemoveSandboxAsync(SandboxId id, CancellationToken cancel)
    {
        await StopSandboxAsync(id, cancel);
        lock (_lock)
        {
            if (!_sandboxes.Remove(id, out var sandbox))
                return;
            foreach (var container in sandbox.Containers)
                _containers.Remove(container.Id);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Sandbox>> ListSandboxesAsync(SandboxFilter filter, CancellationToken cancel)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<Sandbox>>([.. Newest(Select(filter))]);
    }

    /// <inheritdoc/>
    public Task<SandboxStatus?> InspectSandboxAsync(SandboxId id, CancellationToken cancel)
    {
        lock (_lock)
            return Task.FromResult(_sandboxes.GetValueOrDefault(id)?.ToStatus());
    }

    /// <inheritdoc/>
    public Task<CreateContainerResult> CreateContainerAsync(SandboxId sandbox, ContainerSpec spec, SandboxSpec sandboxSpec, CancellationToken cancel)
    {
        lock (_lock)
            return Task.FromResult(Create(sandbox, spec));
    }

    /// <inheritdoc/>
    public Task<StartContainerResult> StartContainerAsync(ContainerId id, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (!_containers.TryGetValue(id, out var container))
                return Task.FromResult<StartContainerResult>(new StartContainerResult.NotFound());
            if (container.State != ContainerState.Created)
                return Task.FromResult<StartContainerResult>(new StartContainerResult.Failed($"container \"{id}\" is not created but {container.State}"));
            if (SimulatedScript.StartError(container.Spec, container.Sandbox.Spec) is { } error)
            {
                container.Exit(_clock.GetUtcNow(), NeverStarted, "StartError", error);
                return Task.FromResult<StartContainerResult>(new StartContainerResult.Failed(error));
            }
            Run(container);
        }
        return Task.FromResult<StartContainerResult>(new StartContainerResult.Started());
    }

    /// <summary>Ends the container at once, as a program does that obeys its signal (code 143); without grace it is killed (137).</summary>
    public Task StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_containers.TryGetValue(id, out var container))
                End(container, grace > TimeSpan.Zero ? StoppedByTerm : StoppedByKill);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveContainerAsync(ContainerId id, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_containers.Remove(id, out var container))
            {
                End(container, StoppedByKill);
                container.Sandbox.Containers.Remove(container);
            }
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Container>> ListContainersAsync(ContainerFilter filter, CancellationToken cancel)
    {
        lock (_lock)
        {
            var found = Select(filter).Where(container => filter.State is null || container.State == filter.State);
            var newest = found.OrderByDescending(container => container.CreatedAt);
            return Task.FromResult<IReadOnlyList<Container>>([.. newest.Select(container => container.ToContainer())]);
        }
    }

    /// <inheritdoc/>
    public Task<ContainerStatus?> InspectContainerAsync(ContainerId id, CancellationToken cancel)
    {
        lock (_lock)
            return Task.FromResult(_containers.GetValueOrDefault(id)?.ToStatus());
    }

    /// <inheritdoc/>
    public Task<bool> UpdateContainerResourcesAsync(ContainerId id, ContainerResources resources, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (!_containers.TryGetValue(id, out var container))
                return Task.FromResult(false);
            container.Spec = container.Spec with { Resources = resources };
            return Task.FromResult(true);
        }
    }

    /// <summary>There are no logs; a running container's could be opened anew.</summary>
    public Task<bool> ReopenContainerLogAsync(ContainerId id, CancellationToken cancel) => Task.FromResult(Runs(id));

    /// <summary>Refused: nothing can be executed.</summary>
    public Task<ExecSyncResult> ExecSyncAsync(ContainerId id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel) =>
        Task.FromResult<ExecSyncResult>(Runs(id)
            ? new ExecSyncResult.Failed("simulated containers execute no commands")
            : new ExecSyncResult.ContainerNotRunning($"container \"{id}\" is not running"));

    /// <summary>Refused.</summary>
    public Task<StreamingResult> ExecAsync(ContainerId id, ExecRequest request, CancellationToken cancel) =>
        RefuseAsync(Runs(id), $"container \"{id}\"", "simulated containers execute no commands");

    /// <summary>Refused.</summary>
    public Task<StreamingResult> AttachAsync(ContainerId id, AttachRequest request, CancellationToken cancel) =>
        RefuseAsync(Runs(id), $"container \"{id}\"", "simulated containers have no streams to attach to");

    /// <summary>Refused.</summary>
    public Task<StreamingResult> PortForwardAsync(SandboxId id, IReadOnlyList<int> ports, CancellationToken cancel)
    {
        bool runs;
        lock (_lock)
            runs = _sandboxes.GetValueOrDefault(id) is { State: SandboxState.Ready };
        return RefuseAsync(runs, $"sandbox \"{id}\"", "simulated pods listen on no ports");
    }

    /// <summary>All that run, with no usage.</summary>
    public Task<IReadOnlyList<ContainerUsage>> ListContainerUsageAsync(ContainerFilter filter, CancellationToken cancel)
    {
        lock (_lock)
        {
            var running = Select(filter).Where(container => container.State == ContainerState.Running);
            return Task.FromResult<IReadOnlyList<ContainerUsage>>([.. running.Select(UsageOf)]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SandboxUsage>> ListSandboxUsageAsync(SandboxFilter filter, CancellationToken cancel)
    {
        lock (_lock)
        {
            var running = Select(filter).Where(sandbox => sandbox.State == SandboxState.Ready);
            return Task.FromResult<IReadOnlyList<SandboxUsage>>(
                [.. running.Select(sandbox => new SandboxUsage { Id = sandbox.Id, Identity = sandbox.Spec.Identity })]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancel) => Task.FromResult(_images.List());

    /// <inheritdoc/>
    public Task<Image?> FindImageAsync(string image, CancellationToken cancel) => Task.FromResult(_images.Find(image));

    /// <inheritdoc/>
    public Task<PullImageResult> PullImageAsync(string image, RegistryCredentials? credentials, SandboxSpec sandbox, CancellationToken cancel) =>
        Task.FromResult<PullImageResult>(SimulatedScript.PullError(sandbox) is { } error
            ? new PullImageResult.Failed(PullFailure.Unknown, error)
            : new PullImageResult.Pulled(_images.Pull(image).Id));

    /// <inheritdoc/>
    public Task RemoveImageAsync(string image, CancellationToken cancel)
    {
        _images.Remove(image);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FilesystemUsage>> GetImageFilesystemsAsync(CancellationToken cancel)
    {
        var used = _images.List().Aggregate(0UL, (sum, image) => sum + image.Size);
        return Task.FromResult<IReadOnlyList<FilesystemUsage>>([new FilesystemUsage(_clock.GetUtcNow(), "/", used, 0)]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            foreach (var container in _containers.Values)
                container.Timer?.Dispose();
        }
        _events.Close();
        return ValueTask.CompletedTask;
    }

    private CreateContainerResult Create(SandboxId id, ContainerSpec spec)
    {
        if (!_sandboxes.TryGetValue(id, out var sandbox) || sandbox.State != SandboxState.Ready)
            return new CreateContainerResult.SandboxNotFound($"sandbox \"{id}\" is not running");
        if (_images.Find(spec.Image) is not { } image)
            return new CreateContainerResult.ImageNotPresent($"image \"{spec.Image}\": not found");
        if (SimulatedScript.CreateError(spec, sandbox.Spec) is { } error)
            return new CreateContainerResult.Failed(error);
        if (sandbox.Containers.Any(other => other.Spec.Name == spec.Name && other.Spec.Attempt == spec.Attempt))
            return new CreateContainerResult.Failed($"attempt {spec.Attempt} of container \"{spec.Name}\" exists already");
        var container = new SimulatedContainer(new ContainerId(NewId()), sandbox, spec, image.Id, _clock.GetUtcNow());
        sandbox.Containers.Add(container);
        _containers.Add(container.Id, container);
        return new CreateContainerResult.Created(container.Id);
    }

    private void Run(SimulatedContainer container)
    {
        container.Start(_clock.GetUtcNow());
        _events.Publish(new LifecycleEvent(LifecycleEventKind.Started, container.Id.Value));
        if (SimulatedScript.ExitAfter(container.Spec, container.Sandbox.Spec) is not { } after)
            return;
        var code = SimulatedScript.ExitCode(container.Spec, container.Sandbox.Spec);
        if (after == TimeSpan.Zero)
            End(container, code);
        else
            container.Timer = _clock.CreateTimer(_ => EndLater(container, code), null, after, Timeout.InfiniteTimeSpan);
    }

    private void EndLater(SimulatedContainer container, int code)
    {
        lock (_lock)
            End(container, code);
    }

    private void End(SimulatedContainer container, int code)
    {
        if (container.Exit(_clock.GetUtcNow(), code))
            _events.Publish(new LifecycleEvent(LifecycleEventKind.Exited, container.Id.Value));
    }

    private bool Runs(ContainerId id)
    {
        lock (_lock)
            return _containers.GetValueOrDefault(id) is { State: ContainerState.Running };
    }

    private IEnumerable<SimulatedSandbox> Select(SandboxFilter filter) => _sandboxes.Values.Where(sandbox =>
        (filter.Id is null || sandbox.Id == filter.Id)
        && (filter.State is null || sandbox.State == filter.State)
        && HasAll(sandbox.Spec.Labels, filter.Labels));

    private IEnumerable<SimulatedContainer> Select(ContainerFilter filter) => _containers.Values.Where(container =>
        (filter.Id is null || container.Id == filter.Id)
        && (filter.Sandbox is null || container.Sandbox.Id == filter.Sandbox)
        && HasAll(container.Spec.Labels, filter.Labels));

    private static IEnumerable<Sandbox> Newest(IEnumerable<SimulatedSandbox> sandboxes) =>
        sandboxes.OrderByDescending(sandbox => sandbox.CreatedAt).Select(sandbox => sandbox.ToSandbox());

    private static bool HasAll(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> wanted)
    {
        foreach (var (key, value) in wanted)
        {
            if (!labels.TryGetValue(key, out var found) || found != value)
                return false;
        }
        return true;
    }

    private ContainerUsage UsageOf(SimulatedContainer container) => new()
    {
        Id = container.Id,
        Name = container.Spec.Name,
        Labels = container.Spec.Labels,
        Cpu = new CpuUsage(_clock.GetUtcNow(), 0, 0),
        Memory = new MemoryUsage(_clock.GetUtcNow(), 0, null, 0, 0, 0, 0),
    };

    private static Task<StreamingResult> RefuseAsync(bool runs, string what, string why) =>
        Task.FromResult<StreamingResult>(runs ? new StreamingResult.Refused(why) : new StreamingResult.NotRunning($"{what} is not running"));

    /// <summary>64 hexadecimal digits, as containerd's; told apart from those of earlier runs by the time of the start.</summary>
    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"{++_lastId:x12}{_startedAt:x16}").PadRight(64, '0');
}
