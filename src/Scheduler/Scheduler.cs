using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Transport;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Profiles;
using ControlPlane.Scheduler.Queue;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Scheduler;

/// <summary>Gives pods their nodes. Runs once; who leads again makes another.</summary>
public sealed partial class Scheduler
{
    // Bindings under way at once. Each is one write that waits for the store's fsync, which many share.
    private const int MostSideTasks = 256;

    private readonly InformerSet _informers;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly SchedulerConfiguration _configuration;
    private readonly IApiClient _api;
    private readonly Random _random;

    /// <summary>A scheduler that does nothing until <see cref="RunAsync"/>.</summary>
    /// <param name="transport">Speaks as system:kube-scheduler.</param>
    /// <param name="informers">Of pods and nodes; the caller runs them.</param>
    /// <param name="clock">Time.</param>
    /// <param name="random">Chooses among equally good nodes; not shared with anybody.</param>
    /// <param name="logs">Where it logs.</param>
    /// <param name="configuration">Null for upstream's defaults.</param>
    public Scheduler(IApiTransport transport, InformerSet informers, TimeProvider clock, Random random, ILoggerFactory logs, SchedulerConfiguration? configuration = null)
    {
        _api = new ApiClient(transport, "kube-scheduler");
        (_informers, _clock, _random, _configuration) = (informers, clock, random, configuration ?? SchedulerConfiguration.Default);
        _log = logs.CreateLogger<Scheduler>();
        // Asked for now, so that they are there when the informers are started.
        informers.Of<Node>();
        informers.Of<Pod>();
    }

    /// <summary>Schedules until cancelled; decisions that were made are carried out first.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var profiles = _configuration.Profiles.ToDictionary(static profile => profile.SchedulerName, profile => profile.Make(_api), StringComparer.Ordinal);
        var cache = new SchedulerCache();
        using var queue = new SchedulingQueue(profiles, _configuration.BackOff, _clock);
        using var gauges = SchedulerMetrics.Observe(queue, cache);
        using var beside = new SideTasks(MostSideTasks);
        var recorder = new EventRecorder(_api, DefaultProfile.SchedulerName, "", _clock, _log);
        var loop = Loop(profiles, cache, queue, beside, recorder);
        var events = new ClusterEvents(cache, queue);
        using var nodes = _informers.Of<Node>().Subscribe(events.OnNode);
        using var pods = _informers.Of<Pod>().Subscribe(events.OnPod);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var recording = recorder.RunAsync(ended.Token);
        try
        {
            await Task.WhenAll(_informers.Of<Node>().WaitForSyncAsync(cancel), _informers.Of<Pod>().WaitForSyncAsync(cancel));
            Started(_log, string.Join(", ", profiles.Keys));
            await loop.RunAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ended before the first list.
        }
        finally
        {
            await ended.CancelAsync();
            await recording;
        }
    }

    private SchedulingLoop Loop(
        Dictionary<string, PluginSet> profiles, SchedulerCache cache, SchedulingQueue queue, SideTasks beside, EventRecorder recorder)
    {
        var failures = new FailureReports(_api, recorder, _clock, _log);
        var bindings = new BindingCycle(queue, cache, _informers.Of<Pod>().Store, recorder, failures, _clock);
        var threads = Math.Min(_configuration.Parallelism, Environment.ProcessorCount);
        var choice = new NodeChoice(new NodeSearch(_configuration.PercentageOfNodesToScore, threads), new NodeRanking(_random));
        return new(profiles, queue, cache, choice, bindings, failures, beside, _clock);
    }

    [LoggerMessage(LogLevel.Information, "Scheduling pods of {Profiles}")]
    private static partial void Started(ILogger log, string profiles);
}
