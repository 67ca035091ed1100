namespace ControlPlane.Node.Runtime;

/// <summary>
/// What runs pods: sandboxes, the containers in them, and images. Real pods run through CRI (<c>Cri/CriRuntime</c>), simulated nodes in memory
/// (<c>Simulated/SimulatedRuntime</c>); both pass <c>ContainerRuntimeContract</c>.
/// </summary>
/// <remarks>
/// <para>The types are the node agent's own: nothing of CRI shows here. Every call may be made from any thread, and every call has a limit in time of its own
/// beside the caller's token.</para>
/// <para>Not found, image not present, refused pulls and failed starts are results. What the caller can't be expected to handle at the call, a runtime that
/// doesn't answer or an answer that makes no sense, is a <see cref="RuntimeException"/>, thrown by any of the calls.</para>
/// <para>Stopping and removing what isn't there is success, as in CRI: tear-down must be safe when set-up never ran.</para>
/// </remarks>
internal interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>Name and versions, for the node's <c>status.nodeInfo</c>.</summary>
    Task<RuntimeVersion> GetVersionAsync(CancellationToken cancel);

    /// <summary>The conditions <c>RuntimeReady</c> and <c>NetworkReady</c> with their reasons, handlers and features.</summary>
    Task<RuntimeStatus> GetStatusAsync(CancellationToken cancel);

    /// <summary>Tells the runtime the node's pod range (CIDR, or two separated by a comma); a runtime that makes CNI configurations itself needs it.</summary>
    Task SetPodRangeAsync(string podCidr, CancellationToken cancel);

    /// <summary>
    /// What happens to sandboxes and containers, from now on: a hint to inspect, not a log. When an exit is reported, inspecting already shows it.
    /// Ends with <see cref="RuntimeException"/> when the runtime goes away. Events before the stream stands are lost: whoever listens also lists now and then.
    /// </summary>
    IAsyncEnumerable<LifecycleEvent> WatchAsync(CancellationToken cancel);

    /// <summary>Makes and starts a sandbox: namespaces, network, the process that holds them.</summary>
    Task<RunSandboxResult> RunSandboxAsync(SandboxSpec spec, CancellationToken cancel);

    /// <summary>Ends what runs in the sandbox and gives its network back. The sandbox stays listed until it is removed.</summary>
    Task StopSandboxAsync(SandboxId id, CancellationToken cancel);

    /// <summary>Removes the sandbox and all its containers, by force if they run.</summary>
    Task RemoveSandboxAsync(SandboxId id, CancellationToken cancel);

    /// <summary>All sandboxes that match, newest first.</summary>
    Task<IReadOnlyList<Sandbox>> ListSandboxesAsync(SandboxFilter filter, CancellationToken cancel);

    /// <summary>One sandbox with its addresses; null when there is none of this id.</summary>
    Task<SandboxStatus?> InspectSandboxAsync(SandboxId id, CancellationToken cancel);

    /// <summary>Makes a container from an image that is present. <paramref name="sandboxSpec"/> is what the sandbox was run with.</summary>
    Task<CreateContainerResult> CreateContainerAsync(SandboxId sandbox, ContainerSpec spec, SandboxSpec sandboxSpec, CancellationToken cancel);

    /// <summary>Starts a created container.</summary>
    Task<StartContainerResult> StartContainerAsync(ContainerId id, CancellationToken cancel);

    /// <summary>
    /// Sends the stop signal, waits <paramref name="grace"/> (whole seconds; zero kills at once), then kills. Returns when the container has exited.
    /// </summary>
    Task StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancel);

    /// <summary>Removes the container, by force if it runs. Its log file stays.</summary>
    Task RemoveContainerAsync(ContainerId id, CancellationToken cancel);

    /// <summary>All containers that match, newest first.</summary>
    Task<IReadOnlyList<Container>> ListContainersAsync(ContainerFilter filter, CancellationToken cancel);

    /// <summary>One container in full; null when there is none of this id.</summary>
    Task<ContainerStatus?> InspectContainerAsync(ContainerId id, CancellationToken cancel);

    /// <summary>Changes the resources of a container that exists. False when there is none of this id.</summary>
    Task<bool> UpdateContainerResourcesAsync(ContainerId id, ContainerResources resources, CancellationToken cancel);

    /// <summary>Opens the container's log file anew, after it was rotated. False when there is no running container of this id.</summary>
    Task<bool> ReopenContainerLogAsync(ContainerId id, CancellationToken cancel);

    /// <summary>
    /// Runs a command to its end and keeps what it wrote (probes, lifecycle hooks). <paramref name="timeout"/> zero means none but the call's own.
    /// </summary>
    Task<ExecSyncResult> ExecSyncAsync(ContainerId id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel);

    /// <summary>Prepares an interactive command.</summary>
    Task<StreamingResult> ExecAsync(ContainerId id, ExecRequest request, CancellationToken cancel);

    /// <summary>Prepares to join the streams of the container's first process.</summary>
    Task<StreamingResult> AttachAsync(ContainerId id, AttachRequest request, CancellationToken cancel);

    /// <summary>Prepares connections to ports inside the sandbox's network.</summary>
    Task<StreamingResult> PortForwardAsync(SandboxId id, IReadOnlyList<int> ports, CancellationToken cancel);

    /// <summary>Usage of the containers that match and run.</summary>
    Task<IReadOnlyList<ContainerUsage>> ListContainerUsageAsync(ContainerFilter filter, CancellationToken cancel);

    /// <summary>Usage of the sandboxes that match: processor, memory, network, processes.</summary>
    Task<IReadOnlyList<SandboxUsage>> ListSandboxUsageAsync(SandboxFilter filter, CancellationToken cancel);

    /// <summary>All images present.</summary>
    Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancel);

    /// <summary>The image of this name, digest or id; null when it is not present.</summary>
    Task<Image?> FindImageAsync(string image, CancellationToken cancel);

    /// <summary>Fetches an image from its registry, with <paramref name="credentials"/> or anonymously.</summary>
    Task<PullImageResult> PullImageAsync(string image, RegistryCredentials? credentials, SandboxSpec sandbox, CancellationToken cancel);

    /// <summary>Removes an image with all its names. What isn't there is success.</summary>
    Task RemoveImageAsync(string image, CancellationToken cancel);

    /// <summary>Where images and writable layers lie, and what they use.</summary>
    Task<IReadOnlyList<FilesystemUsage>> GetImageFilesystemsAsync(CancellationToken cancel);
}
