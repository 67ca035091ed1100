using System.Net;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Transport;
using ControlPlane.Node.Network.Cni;
using ControlPlane.Node.Network.Proxy;
using ControlPlane.Node.Pods;
using ControlPlane.Node.Registration;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.Node.Server;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node;

/// <summary>
/// The node agent: makes this machine a node of the cluster and runs the pods that are bound to it. Ending it, or killing it, leaves the pods running; the next one on
/// the same data directory goes on with them.
/// </summary>
/// <param name="options">How it is to run.</param>
/// <param name="transport">The API as <c>system:node:NAME</c> of <c>system:nodes</c>.</param>
/// <param name="clock">Time.</param>
/// <param name="random">Spreads what many nodes do.</param>
/// <param name="logs">The log.</param>
/// <param name="proxyTransport">The API as <c>system:kube-proxy</c>, which may follow EndpointSlices; nodes themselves may not unless they are given the right.</param>
public sealed partial class NodeAgent(
    NodeAgentOptions options, IApiTransport transport, TimeProvider clock, Random random, ILoggerFactory logs, IApiTransport? proxyTransport = null)
{
    private static readonly TimeSpan RelistPeriod = TimeSpan.FromSeconds(1); // kubelet: genericPlegRelistPeriod

    private readonly ILogger _log = logs.CreateLogger<NodeAgent>();
    private readonly ApiClient _api = new(transport, "kubelet");
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the node is registered and its pods are being looked after.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Connects to the container runtime (or starts it) and runs until cancelled.</summary>
    /// <exception cref="IOException">No container runtime can be reached or started, or the port is taken.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        CriRuntime runtime;
        try
        {
            runtime = await new RuntimeConnection(clock, _log).ConnectAsync(options.RuntimeEndpoint, options.DataDirectory, cancel);
        }
        catch (RuntimeException unreachable)
        {
            throw new IOException($"the container runtime can't be used: {unreachable.Message}", unreachable);
        }
        await using (runtime)
            await RunAsync(runtime, cancel);
    }

    /// <summary>The same on a runtime that is there and stays its maker's.</summary>
    internal async Task RunAsync(IContainerRuntime runtime, CancellationToken cancel)
    {
        var version = await runtime.GetVersionAsync(cancel);
        var profile = ProfileOf(version);
        var events = new EventRecorder(_api, "kubelet", options.NodeName, clock, _log);
        var services = new Informer<Service>(transport, new InformerOptions(), clock, random, _log);
        await using var configMaps = new ReferencedObjects<ConfigMap>(transport, clock, random, _log);
        await using var secrets = new ReferencedObjects<Secret>(transport, clock, random, _log);
        var node = ContextOf(runtime, version, profile, events, services, configMaps, secrets);
        var manager = new PodManager(node, PodWorker.Steps());
        await using var server = options.Port is null ? null : await NodeServer.StartAsync(options, node, manager, logs, cancel);
        await RunPartsAsync(node, profile with { Port = server?.Port ?? 0 }, manager, services, cancel);
    }

    private Task RunPartsAsync(NodeContext node, NodeProfile profile, PodManager manager, Informer<Service> services, CancellationToken cancel)
    {
        var registrar = new NodeRegistrar(_api, node.Runtime, profile, node.Events, clock, _log);
        var pods = new Informer<Pod>(transport, new InformerOptions { Query = new ObjectQuery { Fields = "spec.nodeName=" + options.NodeName } }, clock, random, _log);
        return Together.RunAsync(
        [
            node.Events.RunAsync,
            services.RunAsync,
            pods.RunAsync,
            stop => RunNodeAsync(registrar, node, manager, pods, services, stop),
        ], cancel);
    }

    /// <summary>The node first, then what only a registered node may do.</summary>
    private async Task RunNodeAsync(
        NodeRegistrar registrar, NodeContext node, PodManager manager, Informer<Pod> pods, Informer<Service> services, CancellationToken cancel)
    {
        await registrar.RegisterAsync(cancel);
        Registered(_log, options.NodeName);
        var relist = new RuntimeRelist(node.Runtime, RelistPeriod, clock, _log);
        var ranges = new TaskCompletionSource<IReadOnlyList<IPNetwork>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Together.RunAsync(
        [
            registrar.RunAsync,
            stop => new NodeLease(_api, options.NodeName, clock, _log).RunAsync(TimeSpan.Zero, stop),
            stop => ProvideNetworkAsync(registrar, node.Runtime, ranges, stop),
            stop => ProxyAsync(services, ranges.Task, stop),
            stop => RunPodsAsync(manager, pods, services, relist, stop),
        ], cancel);
    }

    /// <summary>A container is told of Services when it starts: they must be known before.</summary>
    private async Task RunPodsAsync(PodManager manager, Informer<Pod> pods, Informer<Service> services, RuntimeRelist relist, CancellationToken cancel)
    {
        await services.WaitForSyncAsync(cancel);
        _ready.TrySetResult();
        await manager.RunAsync(new OwnPods(pods), relist, cancel);
    }

    private async Task ProxyAsync(Informer<Service> services, Task<IReadOnlyList<IPNetwork>> ranges, CancellationToken cancel)
    {
        if (!options.ProxiesServices)
            return;
        var slices = new Informer<EndpointSlice>(proxyTransport ?? transport, new InformerOptions(), clock, random, _log);
        var proxy = new ServiceProxy(services, slices, options.NodeName, options.ClusterPodRange, clock, _log);
        await Together.RunAsync([slices.RunAsync, stop => proxy.RunAsync(ranges, stop)], cancel);
    }

    private async Task ProvideNetworkAsync(
        NodeRegistrar registrar, IContainerRuntime runtime, TaskCompletionSource<IReadOnlyList<IPNetwork>> known, CancellationToken cancel)
    {
        var ranges = await registrar.WaitForPodRangesAsync(cancel);
        known.TrySetResult(ranges);
        if (runtime is not CriRuntime real)
        {
            await runtime.SetPodRangeAsync(string.Join(',', ranges), cancel);
            return;
        }
        var cni = new CniOptions
        {
            PodRanges = ranges,
            Bridge = options.Bridge,
            AddressDirectory = Path.Combine(options.DataDirectory, "node", "addresses"),
        };
        await PodNetwork.EnsureAsync(real, cni, _log, cancel);
    }

    private NodeProfile ProfileOf(RuntimeVersion version) => new()
    {
        Name = options.NodeName,
        Addresses = options.Addresses,
        Port = options.Port ?? 0,
        Capacity = MachineFacts.ReadCapacity(options.DataDirectory),
        HugePages = MachineFacts.ReadHugePages(),
        System = MachineFacts.Read(version.Name, version.Version),
        Labels = options.Labels,
        Taints = options.AwaitsCloud ? [NodeProfile.Uninitialized] : [],
    };

    private NodeContext ContextOf(
        IContainerRuntime runtime, RuntimeVersion version, NodeProfile profile, EventRecorder events,
        Informer<Service> services, ReferencedObjects<ConfigMap> configMaps, ReferencedObjects<Secret> secrets) => new()
        {
            NodeName = options.NodeName,
            Addresses = options.Addresses,
            Capacity = profile.Capacity,
            Runtime = runtime,
            RuntimeName = version.Name,
            Api = _api,
            Events = events,
            Clock = clock,
            Directories = new PodDirectories(Path.Combine(Path.GetFullPath(options.DataDirectory), "node"), options.LogDirectory),
            ConfigMaps = configMaps,
            Secrets = secrets,
            Services = services,
            ClusterDns = options.ClusterDns,
            ClusterDomain = options.ClusterDomain,
            Log = _log,
        };

    [LoggerMessage(LogLevel.Information, "Registered node {Node}")]
    private static partial void Registered(ILogger log, string node);
}
