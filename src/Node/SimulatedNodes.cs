using System.Globalization;
using System.Net;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Transport;
using ControlPlane.Node.Pods;
using ControlPlane.Node.Registration;
using ControlPlane.Node.Runtime.Simulated;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;
using CoreNode = ControlPlane.Types.Core.Node;

namespace ControlPlane.Node;

/// <summary>
/// Many nodes that only pretend to run pods, in one process, for tests and scale: real registration, leases, workers and statuses over a runtime in memory. They share
/// one informer of pods and one of nodes, and have no servers.
/// </summary>
/// <param name="count">How many; their names are <c>simulated-0</c> and so on.</param>
/// <param name="shared">The API as somebody who may follow all pods and nodes.</param>
/// <param name="transportOf">The API as the node of that name.</param>
/// <param name="clock">Time.</param>
/// <param name="random">Spreads renewals.</param>
/// <param name="logs">The log.</param>
public sealed class SimulatedNodes(
    int count, IApiTransport shared, Func<string, IApiTransport> transportOf, TimeProvider clock, Random random, ILoggerFactory logs)
{
    private const int RegistrationsAtOnce = 16; // a thousand nodes shall not come down on the server at once
    private const long Memory = 256L << 30;
    private const long Storage = 1L << 40;
    private const int Processors = 32;

    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(10); // of leases: the first renewals are spread over it
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromMinutes(5); // nothing changes by itself here
    private static readonly TimeSpan RelistPeriod = TimeSpan.FromMinutes(5); // the simulated runtime loses no hints

    private readonly ILogger _log = logs.CreateLogger<SimulatedNodes>();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _registrations = new(RegistrationsAtOnce);
    private int _registered;

    /// <summary>Completes when all are registered.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The name of a node.</summary>
    public static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"simulated-{index}");

    /// <summary>Runs them until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var pods = new Informer<Pod>(shared, new InformerOptions(), clock, random, _log);
        var nodes = new Informer<CoreNode>(shared, new InformerOptions(), clock, random, _log);
        var sharedPods = new SharedPods(pods);
        var runtimes = Enumerable.Range(0, count).ToDictionary(NameOf, _ => new SimulatedRuntime(IPNetwork.Parse("10.244.0.0/24"), clock));
        nodes.Subscribe(change => Tell(change, runtimes));
        await using var configMaps = new ReferencedObjects<ConfigMap>(shared, clock, random, _log);
        await using var secrets = new ReferencedObjects<Secret>(shared, clock, random, _log);
        if (count == 0)
            _ready.TrySetResult();
        try
        {
            List<Func<CancellationToken, Task>> parts = [.. Enumerable.Range(0, count).Select(index => Part(index, runtimes[NameOf(index)], sharedPods, configMaps, secrets))];
            await Together.RunAsync([.. parts, nodes.RunAsync, pods.RunAsync], cancel);
        }
        finally
        {
            foreach (var runtime in runtimes.Values)
                await runtime.DisposeAsync();
        }
    }

    /// <summary>A node has learned its pod range.</summary>
    private static void Tell(ObjectChange<CoreNode> change, Dictionary<string, SimulatedRuntime> runtimes)
    {
        if (change.After is { Spec.PodCIDR: { Length: > 0 } range } && change.Before?.Spec.PodCIDR != range && runtimes.TryGetValue(change.After.Metadata.Name, out var runtime))
            runtime.SetPodRange(range);
    }

    private Func<CancellationToken, Task> Part(int index, SimulatedRuntime runtime, SharedPods pods, ReferencedObjects<ConfigMap> configMaps, ReferencedObjects<Secret> secrets)
    {
        var profile = ProfileOf(index);
        var api = new ApiClient(transportOf(profile.Name), "kubelet");
        var events = new EventRecorder(api, "kubelet", profile.Name, clock, _log);
        var node = new NodeContext
        {
            NodeName = profile.Name,
            Addresses = profile.Addresses,
            Capacity = profile.Capacity,
            Runtime = runtime,
            RuntimeName = "simulated",
            Api = api,
            Events = events,
            Clock = clock,
            Directories = new PodDirectories("/nonexistent", "/nonexistent"),
            ConfigMaps = configMaps,
            Secrets = secrets,
            IsSimulated = true,
            Log = _log,
        };
        var registrar = new NodeRegistrar(api, runtime, profile, events, clock, _log) { Period = StatusPeriod };
        var manager = new PodManager(node, PodWorker.SimulatedSteps());
        var spread = RenewPeriod * index / count;
        return stop => Together.RunAsync(
        [
            events.RunAsync,
            cancel => manager.RunAsync(pods.Of(profile.Name), new RuntimeRelist(runtime, RelistPeriod, clock, _log), cancel),
            cancel => RunNodeAsync(registrar, new NodeLease(api, profile.Name, clock, _log), spread, cancel),
        ], stop);
    }

    private async Task RunNodeAsync(NodeRegistrar registrar, NodeLease lease, TimeSpan spread, CancellationToken cancel)
    {
        await _registrations.WaitAsync(cancel);
        try
        {
            await registrar.RegisterAsync(cancel);
            await lease.RenewAsync(cancel);
        }
        finally
        {
            _registrations.Release();
        }
        if (Interlocked.Increment(ref _registered) == count)
            _ready.TrySetResult();
        await Together.RunAsync([registrar.RunAsync, stop => lease.RunAsync(spread, stop)], cancel);
    }

    private static NodeProfile ProfileOf(int index) => new()
    {
        Name = NameOf(index),
        Addresses = [new IPAddress([198, 18, (byte)(index / 256), (byte)(index % 256)])], // RFC 2544: addresses for benchmarks, nobody's
        Capacity = new NodeCapacity(Processors, Memory, Storage),
        System = MachineFacts.Read("simulated", "1.0.0"),
        Labels = new Dictionary<string, string> { ["simulated.controlplane.io/node"] = "true" },
    };
}
